/** A file that the shop streams, with progress: a long one can be stopped, and one that breaks off is not kept. */

import { html, useRef, useState } from "../shared/framework.js";
import { Field, Problem } from "./ui.js";

const NEWLINE = 10;
const KEPT_MS = 60_000;

export function Export({ session, date, timeZone }) {
  const submitted = (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    return { startDate: form.get("start"), endDate: form.get("end"), view: form.get("view"), timeZone };
  };
  return html`<section aria-labelledby="export">
    <h2 id="export">Orders as CSV</h2>
    <${Download} session=${session} path="/api/v1/admin/orders:export" name="orders.csv" query=${submitted}>
      <${Field} label="From" name="start" type="date" required value=${date} />
      <${Field} label="Until" name="end" type="date" required value=${date} />
      <label class="field"><span>Lines</span><select name="view">
        <option value="EXPORT_ORDERS_VIEW_ORDERS">Orders</option>
        <option value="EXPORT_ORDERS_VIEW_ITEMS">Items of orders</option></select></label>
    <//>
  </section>`;
}

/** A form whose button downloads `path`; `query(event)` makes the query of the submitted form. */
export function Download({ session, path, name, query, children }) {
  const [state, setState] = useState({});
  const stop = useRef();
  const submitted = async (event) => {
    const asked = query(event);
    stop.current = new AbortController();
    setState({ rows: 0, bytes: 0 });
    try {
      const response = await session.request("GET", path, { query: asked, signal: stop.current.signal });
      const parts = await read(response, setState);
      save(new Blob(parts, { type: "text/csv" }), name);
    } catch (error) {
      setState(stop.current.signal.aborted ? {} : { error });
    }
  };
  const isRunning = state.rows !== undefined && !state.done;
  return html`<form class="filters" onSubmit=${submitted}>
      ${children}
      <button disabled=${isRunning}>Download</button>
      ${isRunning && html`<button type="button" onClick=${() => stop.current.abort()}>Stop</button>`}
    </form>
    ${state.rows !== undefined &&
    html`<p role="status" class="progress">${isRunning && html`<progress aria-label="Download"></progress>`}
      ${state.rows} rows, ${(state.bytes / 1e6).toFixed(1)} MB${state.done ? ", done" : ""}</p>`}
    <${Problem} error=${state.error} />`;
}

async function read(response, setState) {
  const parts = [];
  const reader = response.body.getReader();
  let [lines, bytes, shownAt] = [0, 0, 0];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    bytes += value.length;
    for (const byte of value) if (byte === NEWLINE) lines += 1;
    if (performance.now() - shownAt > 100) {
      shownAt = performance.now();
      setState({ rows: Math.max(lines - 1, 0), bytes });
    }
  }
  // The first line names the columns.
  setState({ rows: Math.max(lines - 1, 0), bytes, done: true });
  // Its last line may have arrived in two parts.
  const end = await new Blob(parts.slice(-2)).text();
  const last = end.trimEnd().split("\n").at(-1);
  if (last.startsWith("INCOMPLETE,")) throw new Error(`The export broke off: ${last.slice("INCOMPLETE,".length)}`);
  return parts;
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // Browsers read it after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
