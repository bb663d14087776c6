/** What a process of a service measures, as it streams it: calls, failures and durations by method, queues, lag and connections. */

import { follow } from "../shared/events.js";
import { html, useEffect, useReducer, useRef } from "../shared/framework.js";
import { duration, rate, whole, words } from "../shared/words.js";
import { Chart } from "./chart.js";
import { SERVICES } from "./jobs.js";
import { to, useFilters } from "./router.js";
import { Choice, Empty, Heading, Problem, Table } from "./ui.js";

const PAST_MINUTES = 15;
// Of the table.
const RECENT_S = 60;
// Longer than this without a sample, a process was not there or not heard.
const SILENCE_S = 1;

export function MetricsScreen({ session, route }) {
  const [filters, set] = useFilters(route, ["service", "method"]);
  const service = SERVICES.includes(filters.service) ? filters.service : "order";
  const { samples, state, error } = useSamples(session, service);
  const last = samples.at(-1);
  return html`
    <${Heading} title="Metrics">
      <${Choice} label="Service" value=${service} onChange=${(chosen) => set({ service: chosen, method: "" })}
        options=${SERVICES.map((one) => [one, words(one)])} />
    <//>
    <${Problem} error=${error} />
    <p class="soft" data-samples=${samples.length}>
      ${last ? html`Every 2 s from <code>${last.instance}</code>, one replica of ${service}${state === "lost" ? ": connection lost, trying again" : ""}.${" "}
        ${last.openStreams === 1 ? "1 stream is" : `${last.openStreams} streams are`} open.` : "Connecting…"}
    </p>
    ${last && html`<${Charts} key=${service + filters.method} samples=${samples} method=${filters.method} />
    <section aria-labelledby="methods">
      <h2 id="methods">Methods in the last minute</h2>
      <${Methods} samples=${samples.filter(({ at }) => at > last.at - RECENT_S)} service=${service} chosen=${filters.method} />
    </section>`}`;
}

/** The samples of a stream that lasts as long as the screen: {samples, state, error}. */
function useSamples(session, service) {
  const [, changed] = useReducer((n) => n + 1, 0);
  const kept = useRef({ samples: [], state: "connecting" });
  useEffect(() => {
    const stop = new AbortController();
    const now = { samples: [], state: "connecting", error: null };
    kept.current = now;
    follow({
      open: (_, signal) => session.request("GET", `/api/v1/admin/ops/${service}/metrics:watch`, { query: { pastMinutes: PAST_MINUTES }, signal }),
      onEvents: (events) => {
        now.samples = joined(now.samples, events.filter((event) => event.instance).map(sample));
        if (!document.hidden) changed();
      },
      onState: (state, more) => {
        now.state = state;
        now.error = state === "refused" ? more : null;
        changed();
      },
      signal: stop.signal,
    });
    changed();
    return () => stop.abort();
  }, [service]);
  return kept.current;
}

/** A sample with numbers in place of texts. */
function sample(event) {
  const jobs = { READY: 0, RUNNING: 0, DEAD: 0 };
  for (const { state, count } of event.jobs) jobs[state.replace("JOB_STATE_", "")] += count;
  return { ...event, jobs, at: Date.parse(event.eventTime) / 1000, seconds: parseFloat(event.sampleDuration), lagMs: 1000 * parseFloat(event.projectionLagDuration) };
}

/** The samples of the last minutes. A stream that is opened again begins with some from before the break. */
function joined(samples, more) {
  const known = samples.at(-1)?.at ?? 0;
  const all = [...samples, ...more.filter(({ at }) => at > known)];
  return all.filter(({ at }) => at > all.at(-1).at - 60 * PAST_MINUTES);
}

/** With something that has no values wherever samples are missing, so that lines break there. */
export function withGaps(samples) {
  return samples.flatMap((one, i) => {
    const from = samples[i - 1]?.at + SILENCE_S;
    return one.at - one.seconds > from ? [{ at: from, isGap: true, seconds: 0, methods: [] }, one] : [one];
  });
}

/** Calls, failures and durations of one method, or of all: then p50 is the mean of theirs, and p99 the longest. A caller who left is no failure. */
export function calls(methods, chosen) {
  const own = methods.filter(({ method }) => !chosen || method === chosen);
  const timed = own.filter(({ p99Ms }) => p99Ms > 0);
  const sum = (of, value) => of.reduce((total, one) => total + value(one), 0);
  const count = sum(timed, (one) => one.callCount);
  return {
    count: sum(own, (one) => one.callCount),
    failed: sum(own, (one) => sum(Object.entries(one.errors), ([reason, count]) => (reason === "CANCELLED" ? 0 : Number(count)))),
    p50: count ? sum(timed, (one) => one.p50Ms * one.callCount) / count : null,
    p99: count ? Math.max(...timed.map((one) => one.p99Ms)) : null,
  };
}

function Charts({ samples, method }) {
  const points = withGaps(samples);
  const times = points.map((one) => one.at);
  const found = points.map((one) => calls(one.methods, method));
  const perSecond = (value) => points.map((one, i) => (one.seconds ? value(found[i]) / one.seconds : null));
  const [all, failed] = [perSecond((of) => of.count), perSecond((of) => of.failed)];
  const took = (name) => points.map((one, i) => (one.isGap ? null : (found[i][name] ?? undefined)));
  const depth = (value) => points.map((one) => (one.hasDepths ? value(one) : null));
  const pooled = (value) => points.map((one) => (one.isGap ? null : one.pools.reduce((sum, pool) => sum + pool[value], 0)));
  const last = samples.at(-1);
  const durations = found.at(-1);
  const [used, waiting] = [pooled("usedCount"), pooled("waitingCount")];
  const charts = [
    ["Calls per second", rate, `${rate(all.at(-1) ?? 0)} calls, ${rate(failed.at(-1) ?? 0)} failed`,
      [["calls", "info", all], ["failed", "bad", failed]]],
    ["How long calls took", duration, durations.p50 === null ? "no calls just now" : `p50 ${duration(durations.p50)}, p99 ${duration(durations.p99)}`,
      [["p50", "good", took("p50")], ["p99", "warn", took("p99")]], true],
    ["Jobs", whole, `${last.jobs.READY} ready, ${last.jobs.RUNNING} running, ${last.jobs.DEAD} dead letters`,
      [["ready", "info", depth((one) => one.jobs.READY)], ["running", "good", depth((one) => one.jobs.RUNNING)], ["dead", "bad", depth((one) => one.jobs.DEAD)]]],
    ["Waiting events and changes", whole, `${last.outboxPending} events, ${last.changesPending} changes`,
      [["events", "warn", depth((one) => one.outboxPending)], ["changes", "info", depth((one) => one.changesPending)]]],
    ["Reads behind", duration, last.hasDepths ? duration(last.lagMs) : "the database does not answer", [["lag", "warn", depth((one) => one.lagMs)]]],
    ["Database connections", whole, `${used.at(-1)} of ${pooled("maxCount").at(-1)} in use, ${waiting.at(-1)} calls wait for one`,
      [["in use", "info", used], ["waiting", "bad", waiting]]],
  ];
  return html`<section class="charts" aria-label="Charts">
    ${charts.map(([title, format, summary, lines, dots]) => html`<${Chart} key=${title} title=${title} times=${times} format=${format}
      summary=${summary} lines=${lines} dots=${dots} />`)}
  </section>`;
}

function Methods({ samples, service, chosen }) {
  const names = [...new Set(samples.flatMap((one) => one.methods.map(({ method }) => method)))].sort();
  const seconds = samples.reduce((sum, one) => sum + one.seconds, 0) || 1;
  const rows = names.map((id) => {
    const own = samples.flatMap((one) => one.methods.filter(({ method }) => method === id));
    const reasons = [...new Set(own.flatMap((one) => Object.keys(one.errors)))];
    return { id, ...calls(own), reasons };
  });
  const link = (id) => to("metrics", { service, method: id === chosen ? "" : id });
  const columns = [
    ["Method", ({ id }) => html`<a href=${link(id)} aria-current=${id === chosen || undefined}>${id.split(".").at(-1)}</a>`],
    ["Calls per second", (row) => rate(row.count / seconds), "right"],
    ["Failed", (row) => `${((100 * row.failed) / row.count).toFixed(row.failed ? 1 : 0)} %`, "right"],
    ["p50", (row) => (row.p50 === null ? "" : duration(row.p50)), "right"],
    ["Longest p99", (row) => (row.p99 === null ? "" : duration(row.p99)), "right"],
    ["Reasons", (row) => row.reasons.join(", ")],
  ];
  if (!rows.length) return html`<${Empty} title="No call yet">Methods appear here as they are called. To place orders, run <code>make demo</code>.<//>`;
  return html`<${Table} label="Methods" columns=${columns} rows=${rows} />`;
}
