/** The last day by the hour, from the shop's reports: there as soon as the page is opened. */

import { html, useEffect, useRef } from "../shared/framework.js";
import { Chart } from "./chart.js";
import { Problem, useLoad } from "./ui.js";
import { day, rate } from "../shared/words.js";

const HOURS = 24;
const HOUR_MS = 3_600_000;
// Reports are not streamed.
const ASKED_EVERY_MS = 60_000;
const ASKED_AGAIN_MS = 5_000;

export function Hours({ session }) {
  const { data, error, reload } = useLoad((signal) => lastHours(session, signal), []);
  // What was true a minute ago says more than an error.
  const last = useRef();
  last.current = data ?? last.current;
  useEffect(() => {
    const timer = setInterval(() => document.hidden || reload(), ASKED_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (!error) return undefined;
    const timer = setTimeout(() => document.hidden || reload(), ASKED_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [error]);
  if (!last.current) return html`<${Problem} error=${error} retry=${reload} />`;
  const { times, orders } = last.current;
  const all = orders.reduce((sum, paid) => sum + paid, 0);
  return html`<${Chart} title="Paid by hour" times=${times} format=${rate} time=${hourOf} bars summary="${all} in the last 24 hours"
    lines=${[["orders paid", "good", orders]]} />`;
}

async function lastHours(session, signal) {
  const latest = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const times = Array.from({ length: HOURS }, (_, n) => latest - (HOURS - 1 - n) * HOUR_MS);
  const days = [...new Set(times.map((time) => day(new Date(time))))];
  const reports = await Promise.all(days.map((date) => session.get("/api/v1/admin/reports/daily", { date, timeZone: "UTC" }, signal)));
  const counts = new Map();
  for (const { startTime, orders } of reports.flatMap(({ currencies }) => currencies).flatMap(({ hours }) => hours)) {
    const time = Date.parse(startTime);
    counts.set(time, (counts.get(time) ?? 0) + orders);
  }
  return { times: times.map((time) => time / 1000), orders: times.map((time) => counts.get(time) ?? 0) };
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });

function hourOf(seconds) {
  return clock.format(seconds * 1000);
}
