/** Jobs of every service: what waits, what failed for good, and both again by hand. */

import { html, useState } from "../shared/framework.js";
import { useFilters } from "./router.js";
import { StreamState, useStream } from "./stream.js";
import { Action, Badge, Choice, Dialog, Empty, Field, Heading, Pages, Time } from "./ui.js";
import { words } from "../shared/words.js";

export const SERVICES = ["order", "payment", "inventory", "identity"];
const STATES = ["DEAD", "READY", "RUNNING", "DISCARDED", "DONE"].map((one) => `JOB_STATE_${one}`);
const RETRIED = ["JOB_STATE_DEAD", "JOB_STATE_READY", "JOB_STATE_DISCARDED"];
const DISCARDED = ["JOB_STATE_DEAD", "JOB_STATE_READY"];

export function JobsScreen({ session, route }) {
  const [filters, set] = useFilters(route, ["service", "state", "discard"]);
  const service = filters.service || SERVICES[0];
  const state = filters.state || "JOB_STATE_DEAD";
  return html`
    <${Heading} title="Jobs" />
    <div class="filters">
      <${Choice} label="Service" value=${service} onChange=${(one) => set({ service: one })}
        options=${SERVICES.map((one) => [one, words(one)])} />
      <${Choice} label="State" value=${state} onChange=${(one) => set({ state: one })}
        options=${[...STATES.map((one) => [one, one === "JOB_STATE_DEAD" ? "Dead letters" : words(one)]), ["any", "Any"]]} />
    </div>
    <${Jobs} key=${service + state} session=${session} service=${service} state=${state}
      asked=${filters.discard} ask=${(discard) => set({ discard })} />`;
}

/** The first page follows the stream; further ones are as they were when they were asked for. */
function Jobs({ session, service, state, asked, ask }) {
  const [later, setLater] = useState({ rows: [] });
  const path = `/api/v1/admin/ops/${service}/jobs`;
  const query = { pageSize: 20, state: state === "any" ? "" : state };
  const live = useStream(session, `${path}:watch`, query, (event) => event.page);
  const first = live.data?.jobs ?? [];
  const known = new Set(first.map((job) => job.id));
  const next = later.next ?? live.data?.nextPageToken;
  const more = async () => {
    try {
      const page = await session.get(path, { ...query, pageToken: next });
      setLater({ rows: [...later.rows, ...page.jobs], next: page.nextPageToken });
    } catch (error) {
      setLater({ ...later, error });
    }
  };
  const pages = {
    ...live,
    loading: live.state !== "refused",
    rows: [...first, ...later.rows.filter((job) => !known.has(job.id))],
    more: next && more,
    error: live.error ?? later.error,
  };
  const discarded = pages.rows.find((job) => job.id === asked);
  const columns = [
    ["Job", (job) => html`<strong>${job.kind}</strong> <code>${job.key}</code>`],
    ["State", (job) => html`<${Badge} of=${job.state} />`],
    ["Attempts", (job) => job.attempts, "right"],
    ["Due", (job) => html`<${Time} of=${job.dueTime} />`],
    ["What went wrong", (job) => html`<${Details} job=${job} />`],
    [
      "Do",
      (job) => html`<div class="actions">
        ${RETRIED.includes(job.state) && html`<${Action} label="Retry" does=${() => session.post(`${path}/${job.id}:retry`)} />`}
        ${DISCARDED.includes(job.state) && html`<button type="button" onClick=${() => ask(job.id)}>Discard…</button>`}
      </div>`,
    ],
  ];
  return html`
    <${StreamState} of=${live} to=${service} />
    <${Pages} pages=${pages} label="Jobs" columns=${columns}
      empty=${state === "JOB_STATE_DEAD"
        ? html`<${Empty} title="No dead letters">Nothing of this service waits for you. Jobs come here when their last attempt has failed.<//>`
        : html`<${Empty} title="No such job">Choose another state or service.<//>`} />
    ${discarded &&
    html`<${Dialog} title="Discard the job" submit="Discard" danger onClose=${() => ask("")}
      onSubmit=${(form) => session.post(`${path}/${discarded.id}:discard`, { reason: form.get("reason") })}>
      <p>${discarded.kind} <code>${discarded.key}</code> is not tried again, unless somebody retries it.</p>
      <${Field} label="Reason" name="reason" required maxlength="500" hint="For the audit" />
    <//>`}`;
}

function Details({ job }) {
  const text = job.discardReason || job.lastError;
  return html`<details><summary>${text ? text.slice(0, 90) : "Payload"}</summary>
    ${text && html`<p>${text}</p>`}<pre>${job.payload}</pre></details>`;
}
