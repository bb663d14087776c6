/** What can be ordered of each item, as it changes. */

import { follow } from "./events.js";
import { useEffect, useState } from "./framework.js";

// As many as one stream takes.
const WATCHED = 100;

/** ItemAvailability by the item's id, of the first hundred items. */
export function useStock(session, ids) {
  const [found, setFound] = useState({});
  const key = ids.slice(0, WATCHED).join();
  useEffect(() => {
    if (!key) return undefined;
    const stop = new AbortController();
    const query = new URLSearchParams(key.split(",").map((id) => ["productItemIds", id]));
    follow({
      open: (_, signal) => session.request("GET", `/api/v1/inventory:watch?${query}`, { signal }),
      onEvents: (events) => {
        const items = events.flatMap((event) => event.snapshot?.items ?? (event.change ? [event.change] : []));
        if (items.length) setFound((before) => ({ ...before, ...Object.fromEntries(items.map((item) => [item.productItemId, item])) }));
      },
      onState: () => {},
      signal: stop.signal,
    });
    return () => stop.abort();
  }, [key]);
  return found;
}
