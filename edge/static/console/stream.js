/** What a stream says last, for screens that show something as it is. */

import { follow } from "../shared/events.js";
import { html, useEffect, useState } from "../shared/framework.js";

/** {data, state, error}: what `take(event)` made of the latest event that has it, and whether the stream is live. */
export function useStream(session, path, query, take) {
  const [found, setFound] = useState({ state: "connecting" });
  useEffect(() => {
    const stop = new AbortController();
    const change = (changes) => stop.signal.aborted || setFound((before) => ({ ...before, ...changes }));
    follow({
      open: (_, signal) => session.request("GET", path, { query, signal }),
      onEvents: (events) => {
        const data = events.map(take).findLast(Boolean);
        if (data) change({ data });
      },
      onState: (state, more) => change({ state, error: state === "refused" ? more : null }),
      signal: stop.signal,
    });
    return () => stop.abort();
  }, [path, JSON.stringify(query)]);
  return found;
}

/** Says so if what is shown may be old: what tells it may be away while orders still move. */
export function StreamState({ of, to }) {
  if (of.state !== "lost") return null;
  return html`<p class="problem" role="status">No connection to ${to}, trying again.${of.data && " What you see may be old."}</p>`;
}
