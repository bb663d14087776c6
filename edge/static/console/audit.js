/** Who changed what, or tried to. */

import { html } from "../shared/framework.js";
import { Download } from "./export.js";
import { SERVICES } from "./jobs.js";
import { to, useFilters } from "./router.js";
import { Badge, Choice, Empty, Field, Heading, Pages, Time, usePages } from "./ui.js";
import { words } from "../shared/words.js";

const TEXTS = [
  ["actor", "By", "A user's id, or service:order"],
  ["onBehalfOf", "On behalf of"],
  ["action", "Action", "Such as RefundOrder"],
  ["resource", "Of what", "Such as the id of an order"],
  ["outcome", "Outcome", "OK, or a reason"],
  ["address", "From address"],
  ["sessionId", "Session"],
  ["correlationId", "Correlation id"],
];

export function AuditScreen({ session, route }) {
  const [filters, set] = useFilters(route, ["service", "failed", ...TEXTS.map(([name]) => name)]);
  const { service: chosen, failed, ...texts } = filters;
  const service = chosen || SERVICES[0];
  const query = { ...texts, failedOnly: Boolean(failed) };
  const pages = usePages(
    async (pageToken, signal) => {
      const page = await session.get(`/api/v1/admin/ops/${service}/audit`, { ...query, pageSize: 30, pageToken }, signal);
      return [page.entries, page.nextPageToken];
    },
    Object.values(filters),
  );
  const searched = (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    set(Object.fromEntries(TEXTS.map(([name]) => [name, form.get(name).trim()])));
  };
  return html`
    <${Heading} title="Audit" />
    <form class="filters" onSubmit=${searched} key=${JSON.stringify(filters)}>
      <${Choice} label="Service" value=${service} onChange=${(one) => set({ service: one })} options=${SERVICES.map((one) => [one, words(one)])} />
      <${Choice} label="Attempts" value=${failed} onChange=${(one) => set({ failed: one })} options=${[["", "All"], ["yes", "Only those that failed"]]} />
      ${TEXTS.map(([name, label, hint]) => html`<${Field} label=${label} name=${name} value=${filters[name]} placeholder=${hint} />`)}
      <button>Search</button>
    </form>
    <${Pages} pages=${pages} label="Audit" columns=${COLUMNS}
      empty=${html`<${Empty} title="No such entry">Search for less, in another service, or <a href=${to("audit", { service })}>see everything</a>.<//>`} />
    <h2>As CSV</h2>
    <${Download} session=${session} path="/api/v1/admin/ops/${service}/audit:export" name="audit-${service}.csv"
      query=${(event) => (event.preventDefault(), query)}><p class="soft">What the search above finds.</p><//>`;
}

const COLUMNS = [
  ["When", (entry) => html`<${Time} of=${entry.eventTime} />`],
  ["Action", (entry) => html`<strong>${entry.action}</strong>${entry.attempts > 1 && ` (${entry.attempts} times)`}`],
  ["By", (entry) => html`<code>${entry.actor}</code>${entry.onBehalfOf && html` for <code>${entry.onBehalfOf}</code>`}`],
  ["Of what", (entry) => html`<code>${entry.resource}</code>`],
  ["Outcome", (entry) => html`<${Badge} of=${entry.outcome} text=${entry.outcome} />`],
  ["More", (entry) => html`<${More} of=${entry} />`],
];

function More({ of }) {
  return html`<details><summary>${of.detail || (of.changes.length ? `${of.changes.length} changes` : "Call")}</summary>
    <ul class="plain">
      ${of.changes.map((change) => html`<li><code>${change.field}</code>: <del>${change.before}</del> <ins>${change.after}</ins></li>`)}
      <li>From ${of.address || "the service itself"}</li>
      <li><a href=${to("errors", { correlationId: of.correlationId })}>${of.correlationId}</a></li>
    </ul></details>`;
}
