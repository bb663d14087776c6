/** Metadata, the texts that programs keep with a thing, as forms edit it. */

import { html } from "../shared/framework.js";
import { Field } from "./ui.js";

let keys = 0;

/** Parts of a form: they have keys, so that each keeps its fields when another one is removed. */
export function pairsOf(metadata = {}) {
  return Object.entries(metadata).map(([name, value]) => ({ key: ++keys, name, value }));
}

export function metadataOf(pairs) {
  return Object.fromEntries(pairs.map(({ name, value }) => [name, value]));
}

/** Fields for `pairs`; `change` gets those that replace them, `add` is what the button for another one says. */
export function Metadata({ pairs, change, add }) {
  return html`${pairs.map((pair) => html`<${Pair} key=${pair.key} of=${pair} remove=${() => change(pairs.filter((one) => one !== pair))} />`)}
    <div class="actions"><button type="button" onClick=${() => change([...pairs, ...pairsOf({ "": "" })])}>${add}</button></div>`;
}

/** A key with its value, which may have several lines. */
function Pair({ of, remove }) {
  return html`<div class="fields">
    <${Field} label="Key" value=${of.name} onInput=${(event) => (of.name = event.target.value)} required maxlength="40" pattern="[A-Za-z0-9_.\\-]+" />
    <label class="field"><span>Value</span>
      <textarea rows="1" maxlength="500" value=${of.value} onInput=${(event) => (of.value = event.target.value)} /></label>
    <button type="button" onClick=${remove}>Remove<span class="hidden"> ${of.name || "this key"}</span></button>
  </div>`;
}
