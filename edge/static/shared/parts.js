/** Small parts that all pages are made of. Text reaches the page through the framework only. */

import { html } from "./framework.js";
import { formatted } from "./money.js";
import { at, tone, words } from "./words.js";

export function Badge({ of, text = words(of), kind = tone(of) }) {
  return html`<span class="badge ${kind}">${text}</span>`;
}

export function Money({ of }) {
  return html`<span class="number">${formatted(of)}</span>`;
}

export function Time({ of }) {
  return of ? html`<time dateTime=${of} title=${of}>${at(of)}</time>` : null;
}

/** What to do where nothing is. */
export function Empty({ title, children }) {
  return html`<div class="empty"><p><strong>${title}</strong></p><p>${children}</p></div>`;
}

export function Field({ label, hint, ...input }) {
  return html`<label class="field"><span>${label}</span>
    <input ...${input} />${hint && html`<small>${hint}</small>`}</label>`;
}

export function Choice({ label, options, value, onChange }) {
  return html`<label class="field"><span>${label}</span>
    <select value=${value} onChange=${(event) => onChange(event.target.value)}>
      ${options.map(([name, text]) => html`<option value=${name} selected=${name === value}>${text}</option>`)}
    </select></label>`;
}

/** What went wrong, for the people who are to do something about it. */
export function Fault({ error }) {
  if (!error) return null;
  const more = error.violations?.filter((one) => one.description !== error.message) ?? [];
  return html`<div class="problem" role="alert"><p>${error.message}</p>
    ${more.length > 0 && html`<ul>${more.map((one) => html`<li>${one.description}</li>`)}</ul>`}</div>`;
}
