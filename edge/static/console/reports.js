/** What a day brought, as charts, and orders as CSV with progress. */

import { html } from "../shared/framework.js";
import { toDecimal } from "../shared/money.js";
import { Chart } from "./chart.js";
import { Export } from "./export.js";
import { useFilters } from "./router.js";
import { Empty, Field, Heading, Money, Problem, Table, useLoad } from "./ui.js";
import { day, rate } from "../shared/words.js";

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

export function ReportsScreen({ session, route }) {
  const [filters, set] = useFilters(route, ["date", "timeZone"]);
  const date = filters.date || day();
  const { data, error, reload } = useLoad((signal) => session.get("/api/v1/admin/reports/daily", { date, timeZone: filters.timeZone }, signal), [date, filters.timeZone]);
  return html`
    <${Heading} title="Reports" />
    <div class="filters">
      <${Field} label="Day" type="date" value=${date} max=${day()} onChange=${(event) => set({ date: event.target.value })} />
      <${Field} label="Time zone" value=${filters.timeZone} placeholder=${data?.timeZone} hint="Such as Europe/Berlin; empty: the shop's"
        onChange=${(event) => set({ timeZone: event.target.value })} />
      <button type="button" onClick=${reload}>Refresh</button>
    </div>
    <${Problem} error=${error} retry=${reload} />
    ${data?.currencies.length === 0 &&
    html`<${Empty} title="Nothing was paid on ${date}">Choose another day. What is paid today is here a moment later.<//>`}
    ${data?.currencies.map((one) => html`<${Currency} key=${`${date}${one.currencyCode}`} of=${one} date=${date} zone=${data.timeZone} />`)}
    <${Export} session=${session} date=${date} timeZone=${filters.timeZone} />`;
}

function Currency({ of, date, zone }) {
  const start = Date.parse(`${date}T00:00:00Z`) / 1000;
  // An hour that clocks show twice on the day is there twice.
  const sums = (value) => HOURS.map((hour) => of.hours.filter((one) => one.hour === hour).reduce((sum, one) => sum + value(one), 0));
  const times = HOURS.map((hour) => start + hour * 3600);
  const orders = sums((one) => one.orders);
  // Drawn only: amounts that are read are written as decimals.
  const revenue = sums((one) => Number(toDecimal(one.revenue)));
  const busiest = orders.indexOf(Math.max(...orders));
  return html`<section aria-label=${of.currencyCode} data-orders=${of.orders}>
    <h2>${of.currencyCode}</h2>
    <dl class="facts">
      <div><dt>Orders paid</dt><dd>${of.orders}</dd></div>
      <div><dt>Pieces</dt><dd>${of.units}</dd></div>
      <div><dt>Revenue</dt><dd><${Money} of=${of.revenue} /></dd></div>
      <div><dt>Refunds</dt><dd><${Money} of=${of.refunds} /></dd></div>
    </dl>
    <div class="charts">
      <${Chart} title="Orders by hour" times=${times} format=${rate} time=${hourOf} bars summary="most at ${busiest}:00 ${zone}"
        lines=${[["orders", "info", orders]]} />
      <${Chart} title="Revenue by hour" times=${times} format=${(value) => value.toLocaleString()} time=${hourOf} bars summary="in ${of.currencyCode}"
        lines=${[["revenue", "good", revenue]]} />
    </div>
    <h3>Most sold</h3>
    <${Table} label="Most sold in ${of.currencyCode}" columns=${TOP} rows=${of.topItems} keyOf=${(item) => item.productItemId} />
  </section>`;
}

function hourOf(seconds) {
  return `${new Date(seconds * 1000).getUTCHours()}:00`;
}

const TOP = [
  ["SKU", (item) => html`<code>${item.sku}</code>`],
  ["Name", (item) => item.name],
  ["Pieces", (item) => item.units, "right"],
  ["Revenue", (item) => html`<${Money} of=${item.revenue} />`, "right"],
];
