/** Orders as they move, with rates, latencies and payments of the last minutes. */

import { Component, html, useEffect, useMemo, useReducer } from "../shared/framework.js";
import { Chart } from "./chart.js";
import { Hours } from "./hours.js";
import { to, useFilters } from "./router.js";
import { useLive } from "./top.js";
import { Badge, Choice, Empty, Heading, Money, Problem, Table, Time } from "./ui.js";
import { duration, rate } from "../shared/words.js";

const SPANS = { 60: 1, 300: 3, 900: 5 };
// Of the figures beside the charts.
const RECENT_S = 10;

export function LiveScreen({ session, live, route }) {
  useLive(live);
  useEverySecond();
  const [filters, set] = useFilters(route, ["span"]);
  const span = SPANS[filters.span] ? Number(filters.span) : 60;
  const rows = live.rows;
  return html`
    <${Heading} title="Live">
      <${Choice} label="Charts of the last" value=${String(span)} onChange=${(chosen) => set({ span: chosen })}
        options=${[["60", "minute"], ["300", "5 minutes"], ["900", "15 minutes"]]} />
    <//>
    <${Problem} error=${live.error} />
    <${Charts} live=${live} span=${span} session=${session} />
    <${Alerts} alerts=${live.alerts} />
    <section aria-labelledby="latest">
      <h2 id="latest">Latest orders</h2>
      <p class="soft" data-events=${live.events} data-missing=${live.missing}>
        ${live.events} events since <${Time} of=${new Date(live.since).toISOString()} />${live.missing > 0 && `, ${live.missing} missed`}
      </p>
      ${rows.length
        ? html`<${Table} label="Latest orders" columns=${COLUMNS} rows=${rows} row=${LiveRow} />`
        : live.isListed
        ? html`<${Empty} title="No order yet">Orders appear here as they are placed. To place one, follow the
            <a href="/">first order</a>, or run <code>make demo</code>.<//>`
        : !live.error && html`<p class="loading" role="status">Loading…</p>`}
    </section>`;
}

const COLUMNS = [
  ["Order", (order) => html`<a href=${to("orders", order.id)}><code>${order.id.slice(0, 8)}</code></a>`],
  ["Placed", (order) => html`<${Time} of=${order.placedAt} />`],
  ["Status", (order) => html`<${Badge} key=${order.status} of=${order.status} />`],
  ["Payment", (order) => order.payment && html`<${Badge} of=${order.payment} />`],
  ["What", (order) => order.what],
  ["Pieces", (order) => order.pieces, "right"],
  ["Total", (order) => html`<${Money} of=${order.total} />`, "right"],
];

/** Rendered only when its order has changed. */
class LiveRow extends Component {
  shouldComponentUpdate(next) {
    return next.of !== this.props.of;
  }

  render({ of, columns }) {
    return html`<tr data-order=${of.id} data-status=${of.status}>
      ${columns.map(([title, content, kind]) => html`<td class=${kind} data-label=${title}>${content(of)}</td>`)}
    </tr>`;
  }
}

function Charts({ live, span, session }) {
  const now = live.now;
  const { times, ...series } = useMemo(() => live.measures.series(now, span, SPANS[span]), [live.measures, now, span]);
  const sums = live.measures.sums(now - RECENT_S, now);
  const [p50, p99] = live.measures.quantiles(now - span, now, [0.5, 0.99]);
  const all = live.measures.sums(now - span, now);
  const tried = all.charged + all.refused + all.givenUp;
  const refused = tried ? `${Math.round((100 * (all.refused + all.givenUp)) / tried)} % refused or given up` : "none tried";
  return html`<section class="charts" aria-label="Charts" data-since=${live.measures.since} data-placed=${all.placed} data-paid=${all.paid}>
    <${Chart} key=${`rate${span}`} title="Orders per second" times=${times} format=${rate}
      summary="${rate(sums.placed / RECENT_S)} placed, ${rate(sums.paid / RECENT_S)} paid"
      lines=${[["placed", "info", series.placed], ["paid", "good", series.paid]]} />
    <${Chart} key=${`latency${span}`} title="From placed to paid" times=${times} format=${duration} dots
      summary="p50 ${duration(p50)}, p99 ${duration(p99)}"
      lines=${[["p50", "good", series.p50], ["p99", "warn", series.p99]]} />
    <${Chart} key=${`outcomes${span}`} title="Attempts to charge per second" times=${times} format=${rate} summary=${refused}
      lines=${[["charged", "good", series.charged], ["tried again", "warn", series.transient], ["refused", "bad", series.refused], ["given up", "info", series.givenUp]]} />
    <${Hours} session=${session} />
  </section>`;
}

function Alerts({ alerts }) {
  if (!alerts.length) return null;
  return html`<section aria-labelledby="alerts">
    <h2 id="alerts">Alerts</h2>
    <ul class="alerts">${alerts.map(
      (alert) => html`<li><${Time} of=${alert.at} /> <strong>${alert.summary}</strong> ${alert.detail}
        ${alert.orderId && html` <a href=${to("orders", alert.orderId)}>the order</a>`}</li>`,
    )}</ul>
  </section>`;
}

/** Charts move on although nothing happens. */
function useEverySecond() {
  const [, tick] = useReducer((n) => n + 1, 0);
  useEffect(() => {
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, []);
}
