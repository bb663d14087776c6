/** Unexpected errors, which callers know by their correlation id. */

import { html } from "../shared/framework.js";
import { SERVICES } from "./jobs.js";
import { to, useFilters } from "./router.js";
import { Choice, Empty, Field, Heading, Pages, Time, usePages } from "./ui.js";
import { fromField, toField, words } from "../shared/words.js";

export function ErrorsScreen({ session, route }) {
  const [filters, set] = useFilters(route, ["service", "correlationId", "since", "until"]);
  const { correlationId, since, until } = filters;
  const service = filters.service || SERVICES[0];
  const listed = async (service, pageToken, signal) => {
    const query = { pageSize: 20, pageToken, correlationId, startTime: since, endTime: until };
    const { errors, nextPageToken } = await session.get(`/api/v1/admin/ops/${service}/errors`, query, signal);
    return [errors.map((error) => ({ ...error, service })), nextPageToken];
  };
  const pages = usePages(
    async (pageToken, signal) => {
      if (!correlationId) return listed(service, pageToken, signal);
      // A service that is down hides nothing of the others.
      const found = await Promise.allSettled(SERVICES.map((one) => listed(one, "", signal)));
      const errors = found.flatMap(({ value }) => value?.[0] ?? []);
      const failed = found.find(({ reason }) => reason);
      if (failed && !errors.length) throw failed.reason;
      return [errors, ""];
    },
    [service, correlationId, since, until],
  );
  const searched = (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    set({ correlationId: form.get("id").trim(), since: fromField(form.get("since")), until: fromField(form.get("until")) });
  };
  return html`
    <${Heading} title="Errors"><button type="button" onClick=${pages.reload}>Refresh</button><//>
    <form class="filters" key=${Object.values(filters).join()} onSubmit=${searched}>
      ${!correlationId && html`<${Choice} label="Service" value=${service} onChange=${(one) => set({ service: one })}
        options=${SERVICES.map((one) => [one, words(one)])} />`}
      <${Field} label="Correlation id" name="id" type="search" maxlength="200" value=${correlationId} hint="From a reply or the logs; in all services" />
      <${Field} label="Since" name="since" type="datetime-local" value=${toField(since)} />
      <${Field} label="Until" name="until" type="datetime-local" value=${toField(until)} />
      <button>Search</button>
    </form>
    <${Pages} pages=${pages} label="Errors" columns=${COLUMNS} keyOf=${(error) => error.service + error.id}
      empty=${html`<${NoErrors} service=${service} ...${filters} />`} />`;
}

function NoErrors({ service, correlationId, since, until }) {
  if (correlationId)
    return html`<${Empty} title="No error with this id">
      The call may have been refused for a reason: <a href=${to("audit", { service, correlationId })}>see the audit</a>, or search the logs.<//>`;
  if (since || until)
    return html`<${Empty} title="No unexpected errors at that time">Look in another service, or <a href=${to("errors", { service })}>at any time</a>.<//>`;
  return html`<${Empty} title="No unexpected errors">Faults of this service appear here, with where in the code they happened.<//>`;
}

const COLUMNS = [
  ["When", (error) => html`<${Time} of=${error.eventTime} />`],
  ["Service", (error) => words(error.service)],
  ["Where", (error) => html`<code>${error.where}</code>`],
  ["What", (error) => html`<details><summary>${error.summary}</summary><pre>${error.detail}</pre></details>`],
  ["Correlation id", (error) => html`<a href=${to("errors", { correlationId: error.correlationId })}><code>${error.correlationId}</code></a>`],
];
