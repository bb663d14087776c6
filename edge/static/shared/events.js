/** Streams of the shop, read with fetch: every event once and in order, over breaks and expired tokens. */

// A stream sends at least a heartbeat in this time; one that says nothing for longer is taken as lost.
const SILENCE_MS = 40_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
// A stream that was open for this long counts as one that works: the next break is waited for as the first one.
const STEADY_MS = 10_000;
// A tab that is hidden for this long closes its streams: over HTTP/1.1 a browser has six connections to a host, for all of its tabs.
const HIDDEN_MS = 5_000;
// After a longer time a stream with `isOfNow` shows what is, not all that happened meanwhile.
const FORGOTTEN_MS = 15 * 60_000;
// However long the shop asks to wait.
const LONGEST_REQUESTED_WAIT_MS = 300_000;

/** Server-sent events of a reply as JSON, in arrays of those that arrived together. */
export async function* batches(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop();
    const events = parts.map(content).filter(Boolean);
    if (events.length) yield events;
  }
}

function content(event) {
  for (const line of event.split("\n")) {
    if (line.startsWith("data:")) return JSON.parse(line.slice(5));
  }
  return null;
}

/**
 * Reads a stream until `signal` is aborted or it ends for good, and opens it again after breaks. While the tab is hidden, it is closed.
 *
 * `open(resumeToken, signal)` returns its response. `onEvents` gets arrays, heartbeats among them, `onState` "connecting", "live", "lost" with
 * the time of the next attempt, "over", or "refused" with the error. `onGap` is told that events in between are deleted, or,
 * in a stream that `isOfNow`, left out as the tab was hidden for long.
 */
export async function follow({ open, onEvents, onState, onGap = () => {}, isOfNow = false, signal }) {
  let resumeToken = "";
  let waitMs = FIRST_WAIT_MS;
  while (!signal.aborted) {
    let requestedMs = 0;
    onState("connecting");
    const hiddenAt = Date.now();
    await shown(signal);
    if (signal.aborted) return;
    if (isOfNow && resumeToken && Date.now() - hiddenAt > FORGOTTEN_MS) {
      resumeToken = "";
      onGap();
    }
    const attempt = new AbortController();
    let openedAt = Infinity;
    const stop = () => attempt.abort();
    signal.addEventListener("abort", stop);
    let silence = setTimeout(stop, SILENCE_MS);
    let isHidden = false;
    const seen = onceHidden(() => ((isHidden = true), stop()));
    try {
      const response = await open(resumeToken, attempt.signal);
      if (response.status === 204) return onState("over");
      onState("live");
      openedAt = Date.now();
      for await (const events of batches(response)) {
        clearTimeout(silence);
        silence = setTimeout(stop, SILENCE_MS);
        resumeToken = events.at(-1).resumeToken || resumeToken;
        requestedMs = retryDelayMs(events.at(-1).error);
        onEvents(events);
      }
    } catch (error) {
      requestedMs = error.retryAfterMs ?? 0;
      if (error.reason === "EVENTS_PURGED" || (resumeToken && error.status === 400)) {
        resumeToken = "";
        onGap();
      } else if (isFinal(error) && !signal.aborted) {
        return onState("refused", error);
      }
    } finally {
      clearTimeout(silence);
      seen();
      signal.removeEventListener("abort", stop);
    }
    if (signal.aborted) return;
    if (isHidden) continue;
    if (Date.now() - openedAt >= STEADY_MS) waitMs = FIRST_WAIT_MS;
    // Random, so that not everybody returns at once; never sooner than the shop asks.
    const wait = Math.min(requestedMs, LONGEST_REQUESTED_WAIT_MS) + waitMs * (0.5 + Math.random() / 2);
    onState("lost", Date.now() + wait);
    await pause(wait, signal);
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  }
}

/** The wait that the last message of a stream asks for, if it has an error with one: "5s" or "0.250s". */
function retryDelayMs(error) {
  const delay = error?.details?.find((detail) => detail.retryDelay)?.retryDelay ?? "";
  return 1000 * (Number.parseFloat(delay) || 0);
}

/** Calls `close` when the tab has been hidden for some seconds; returns what ends that. */
function onceHidden(close) {
  let timer;
  const turned = () => {
    clearTimeout(timer);
    if (document.visibilityState === "hidden") timer = setTimeout(close, HIDDEN_MS);
  };
  document.addEventListener("visibilitychange", turned);
  turned();
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", turned);
  };
}

/** Waits until somebody can see the tab, or `signal` is aborted. */
async function shown(signal) {
  const turned = (resolve) => {
    document.addEventListener("visibilitychange", resolve, { once: true, signal });
    signal.addEventListener("abort", resolve, { once: true });
  };
  while (document.visibilityState === "hidden" && !signal.aborted) await new Promise(turned);
}

/** Whether it is of no use to ask again. */
export function isFinal(error) {
  return error.status >= 400 && error.status < 500 && error.status !== 429;
}

export function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
