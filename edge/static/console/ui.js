/** The parts that all screens are made of. Text reaches the page through the framework only. */

import { html, useCallback, useEffect, useRef, useState } from "../shared/framework.js";
import { to } from "./router.js";

export { Badge, Choice, Empty, Field, Money, Time } from "../shared/parts.js";

/** The heading of a screen, which gets the focus when the screen is opened. */
export function Heading({ title, children }) {
  const heading = useRef();
  useEffect(() => {
    document.title = `${title} · EasyOrder`;
    heading.current.focus({ preventScroll: true });
  }, [title]);
  return html`<header class="heading">
    <h1 tabindex="-1" ref=${heading}>${title}</h1>
    <div class="actions">${children}</div>
  </header>`;
}

/** What went wrong, and how to find out more. */
export function Problem({ error, retry, reload }) {
  if (!error) return null;
  if (error.reason === "ETAG_MISMATCH") return html`<${Overtaken} reload=${reload} />`;
  return html`<div class="problem" role="alert">
    <p>${error.message} ${error.reason && html`<code>${error.reason}</code>`}</p>
    ${error.violations?.length > 1 &&
    html`<ul>${error.violations.map((one) => html`<li><code>${one.field}</code> ${one.description}</li>`)}</ul>`}
    ${error.correlationId &&
    html`<p><a href=${to("errors", { correlationId: error.correlationId })}>Look it up by ${error.correlationId}</a></p>`}
    ${retry && html`<button type="button" onClick=${retry}>Try again</button>`}
  </div>`;
}

/** Nothing was changed, because what is shown is not what is there. */
function Overtaken({ reload }) {
  return html`<div class="problem" role="alert">
    <p><strong>Somebody else has changed this since you opened it.</strong> Nothing of yours was saved.
      ${reload ? "Copy what you want to keep, then begin again with what is there now." : "What you see is what is there now: look at it, then try again."}</p>
    ${reload && html`<button type="button" onClick=${reload}>Show what is there now</button>`}
  </div>`;
}

/** A table; on a phone each row is a card. `columns` are [title, content(row), class?]. */
export function Table({ label, columns, rows, row = PlainRow, keyOf = (one) => one.id }) {
  return html`<div class="scroll" role="group" aria-label=${label} tabindex="0">
    <table>
      <caption class="hidden">${label}</caption>
      <thead><tr>${columns.map(([title, , kind]) => html`<th scope="col" class=${kind}>${title}</th>`)}</tr></thead>
      <tbody>${rows.map((one) => html`<${row} key=${keyOf(one)} of=${one} columns=${columns} />`)}</tbody>
    </table>
  </div>`;
}

export function PlainRow({ of, columns }) {
  return html`<tr>${columns.map(([title, content, kind]) => html`<td class=${kind} data-label=${title}>${content(of)}</td>`)}</tr>`;
}

/**
 * A question in front of everything else. `onSubmit(form data)` throws what went wrong, or the dialog closes. `reload` shows again what is
 * asked about, if somebody else has changed it.
 */
export function Dialog({ title, submit, danger, wide, onSubmit, onClose, reload, children }) {
  const dialog = useRef();
  const [state, setState] = useState({});
  useEffect(() => dialog.current.showModal(), []);
  const submitted = async (event) => {
    event.preventDefault();
    setState({ busy: true });
    try {
      await onSubmit(new FormData(event.target));
      // What was asked about may have left the screen meanwhile, and its dialog with it.
      if (dialog.current) dialog.current.close();
      else onClose();
    } catch (error) {
      setState({ error });
    }
  };
  return html`<dialog ref=${dialog} class=${wide ? "wide" : ""} onClose=${onClose} aria-labelledby="dialog-title">
    <form onSubmit=${submitted}>
      <h2 id="dialog-title">${title}</h2>
      ${children}
      <footer>
        <${Problem} error=${state.error} reload=${reload} />
        <div class="actions">
          <button type="button" onClick=${() => dialog.current.close()}>Close</button>
          <button class=${danger ? "danger" : "primary"} disabled=${state.busy}>${submit}</button>
        </div>
      </footer>
    </form>
  </dialog>`;
}

/** The answer of `load(signal)`, again whenever one of `needs` changes: {data, error, loading, reload, set}. */
export function useLoad(load, needs) {
  const [state, setState] = useState({ loading: true });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    load(stop.signal).then(
      (data) => !stop.signal.aborted && setState({ data, loading: false }),
      (error) => !stop.signal.aborted && setState({ error, loading: false }),
    );
    return () => stop.abort();
  }, [...needs, turn]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  const set = useCallback((data) => setState({ data, loading: false }), []);
  return { ...state, reload, set };
}

/** A list by pages, which grows: {rows, error, loading, more, reload}. `load(pageToken, signal)` answers [rows, next]. */
export function usePages(load, needs) {
  const first = useLoad((signal) => load("", signal).then(([rows, next]) => ({ rows, next })), needs);
  const [error, setError] = useState(null);
  const more = async () => {
    setError(null);
    try {
      const [rows, next] = await load(first.data.next);
      first.set({ rows: [...first.data.rows, ...rows], next });
    } catch (failure) {
      setError(failure);
    }
  };
  return { ...first, rows: first.data?.rows ?? [], more: first.data?.next && more, error: first.error ?? error };
}

/** A list with everything that can be the matter with it. */
export function Pages({ pages, label, columns, empty, row, keyOf }) {
  if (pages.loading && !pages.data) return html`<p class="loading" role="status">Loading…</p>`;
  return html`<${Problem} error=${pages.error} retry=${pages.reload} />
    ${pages.rows.length > 0 && html`<${Table} label=${label} columns=${columns} rows=${pages.rows} row=${row} keyOf=${keyOf} />`}
    ${!pages.rows.length && !pages.error && empty}
    ${pages.more && html`<button type="button" class="more" onClick=${pages.more}>Load more</button>`}`;
}

/** Something that happens at a click, with its error beside it. */
export function Action({ label, does, danger, reload }) {
  const [state, setState] = useState({});
  const clicked = async () => {
    if (state.busy) return;
    setState({ busy: true });
    try {
      await does();
      setState({});
    } catch (error) {
      setState({ error });
    }
  };
  // A button that is disabled loses the keyboard's focus.
  return html`<button type="button" class=${danger ? "danger" : ""} aria-disabled=${state.busy} onClick=${clicked}>${label}</button>
    <${Problem} error=${state.error} reload=${reload} />`;
}
