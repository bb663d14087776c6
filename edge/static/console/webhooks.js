/** Webhooks: where events are sent, what came of it, and both again by hand. */

import { html, useState } from "../shared/framework.js";
import { requestId } from "../shared/api.js";
import { words } from "../shared/words.js";
import { to, useFilters } from "./router.js";
import { Action, Badge, Choice, Dialog, Empty, Field, Heading, Pages, Time, usePages } from "./ui.js";

const PATH = "/api/v1/admin/webhooks";
const KINDS = [
  "ORDER_CREATED",
  "ORDER_CREATED_WITH_INCENTIVE",
  "ORDER_STATUS_CHANGED",
  "INVENTORY_STATUS",
  "PAYMENT_ATTEMPT",
  "PAYMENT_REFUND",
  "ADMIN_ALERT",
].map((one) => `WEBHOOK_EVENT_KIND_${one}`);
const STATES = ["READY", "WAITING", "DELIVERED", "FAILED"].map((one) => `WEBHOOK_DELIVERY_STATE_${one}`);

export function WebhooksScreen({ session, route, id }) {
  return id ? html`<${Log} session=${session} route=${route} id=${id} />` : html`<${Webhooks} session=${session} />`;
}

function Webhooks({ session }) {
  const [asked, ask] = useState(null);
  const [secret, show] = useState(null);
  const pages = usePages(async (pageToken, signal) => {
    const page = await session.get(PATH, { pageSize: 50, pageToken }, signal);
    return [page.webhooks, page.nextPageToken];
  }, []);
  const put = (webhook) => pages.set({ ...pages.data, rows: pages.rows.map((one) => (one.id === webhook.id ? webhook : one)) });
  const switched = async (one) => {
    const options = { query: { updateMask: "disabled" }, body: { disabled: !one.disabled } };
    put(await session.call("PATCH", `${PATH}/${one.id}`, options));
  };
  const removed = async (one) => {
    await session.call("DELETE", `${PATH}/${one.id}`);
    pages.reload();
  };
  const columns = [
    ["To", (one) => html`<a href=${to("webhooks", one.id)}>${one.url}</a><div>${one.description}</div>`],
    ["Events", (one) => (one.kinds.length ? one.kinds.map(words).join(", ") : "All")],
    ["State", (one) => html`<${State} of=${one} />`],
    [
      "Do",
      (one) => html`<div class="actions">
        <button type="button" onClick=${() => ask({ edit: one })}>Edit…</button>
        <button type="button" onClick=${() => ask({ rotate: one, request: requestId() })}>New secret…</button>
        <${Action} label=${one.disabled ? "Enable" : "Disable"} does=${() => switched(one)} />
        <button type="button" class="danger" onClick=${() => ask({ remove: one })}>Delete…</button></div>`,
    ],
  ];
  const close = () => ask(null);
  const shown = (webhook) => {
    pages.reload();
    // The dialog that asked closes first. The event of that may come later, and must not take the secret away.
    setTimeout(() => show(webhook.secret));
  };
  return html`
    <${Heading} title="Webhooks">
      <button type="button" class="primary" onClick=${() => ask({ edit: {}, request: requestId() })}>Add a webhook…</button><//>
    <${Pages} pages=${pages} label="Webhooks" columns=${columns}
      empty=${html`<${Empty} title="No webhooks yet">Add an address of another system, such as bookkeeping: it gets what happens to orders.<//>`} />
    ${asked?.edit && html`<${Edit} session=${session} of=${asked.edit} request=${asked.request} onClose=${close} onDone=${pages.reload} onSecret=${shown} />`}
    ${asked?.rotate &&
    html`<${Dialog} title="Make another secret" submit="Make" onClose=${close}
      onSubmit=${async (form) => shown(await session.post(`${PATH}/${asked.rotate.id}:rotateSecret`, { overlapHours: Number(form.get("hours")), requestId: asked.request }))}>
      <${Field} label="Hours in which the present one signs too" name="hours" type="number" min="0" max="168" value="24" required /><//>`}
    ${asked?.remove &&
    html`<${Dialog} title="Delete the webhook" submit="Delete" danger onClose=${close} onSubmit=${() => removed(asked.remove)}>
      <p>${asked.remove.url} gets nothing more, and its log is deleted.</p><//>`}
    ${secret &&
    html`<${Dialog} title="The secret" submit="I have it" onClose=${() => show(null)} onSubmit=${() => {}}>
      <p>It is shown this once. Receivers verify with it what they get.</p><p><code>${secret}</code></p><//>`}`;
}

function State({ of }) {
  if (of.disabled) return html`<${Badge} of="OFF" text="Disabled" />${of.disableReason && html`<p>${of.disableReason}</p>`}`;
  if (of.failureStartTime) return html`<${Badge} of="FAILING" kind="bad" /> since <${Time} of=${of.failureStartTime} />`;
  return html`<${Badge} of="OK" text="Enabled" />`;
}

function Edit({ session, of, request, onClose, onDone, onSecret }) {
  const submitted = async (form) => {
    const body = { url: form.get("url").trim(), description: form.get("description"), kinds: form.getAll("kinds") };
    if (!of.id) return onSecret(await session.call("POST", PATH, { query: { requestId: request }, body }));
    const query = { updateMask: "url,description,kinds" };
    await session.call("PATCH", `${PATH}/${of.id}`, { query, body: { ...body, etag: of.etag } });
    return onDone();
  };
  return html`<${Dialog} title=${of.id ? "Edit the webhook" : "Add a webhook"} submit=${of.id ? "Save" : "Add"} onSubmit=${submitted} onClose=${onClose}>
    <${Field} label="URL" name="url" type="url" required maxlength="1000" value=${of.url} hint="https:// and a public address" />
    <${Field} label="Description" name="description" maxlength="200" value=${of.description} />
    <fieldset><legend>Events; all if none is chosen</legend>
      ${KINDS.map(
        (one) => html`<label class="check"><input type="checkbox" name="kinds" value=${one} checked=${of.kinds?.includes(one)} /> ${words(one)}</label>`,
      )}</fieldset>
  <//>`;
}

function Log({ session, route, id }) {
  const [filters, set] = useFilters(route, ["state", "kind", "order"]);
  const [replayed, replay] = useState(null);
  const path = `${PATH}/${id}/deliveries`;
  const pages = usePages(
    async (pageToken, signal) => {
      const query = { pageSize: 20, pageToken, state: filters.state, kind: filters.kind, orderId: filters.order };
      const page = await session.get(path, query, signal);
      return [page.deliveries, page.nextPageToken];
    },
    [id, filters.state, filters.kind, filters.order],
  );
  const changed = (delivery) =>
    pages.set({ ...pages.data, rows: pages.rows.map((one) => (one.id === delivery.id ? delivery : one)) });
  const columns = [
    ["Event", (one) => html`${words(one.kind)} <a href=${to("orders", one.orderId)}><code>${one.orderId.slice(0, 8)}</code></a>, ${one.sequence}`],
    ["When", (one) => html`<${Time} of=${one.eventTime} />`],
    ["State", (one) => html`<${Badge} of=${one.state} />`],
    ["Attempts", (one) => one.attempts, "right"],
    ["Last", (one) => html`<${Time} of=${one.lastAttemptTime} /> ${one.lastError || one.responseStatus || ""}`],
    ["Next", (one) => html`<${Time} of=${one.nextAttemptTime} />`],
    ["Do", (one) => html`<${Action} label="Send again" does=${async () => changed(await session.post(`${path}/${one.id}:redeliver`))} />`],
  ];
  const options = (names) => [["", "Any"], ...names.map((one) => [one, words(one)])];
  return html`
    <${Heading} title="Deliveries"><a href=${to("webhooks")}>All webhooks</a>
      <button type="button" onClick=${pages.reload}>Refresh</button>
      <button type="button" onClick=${() => replay(requestId())}>Replay…</button><//>
    <div class="filters">
      <${Choice} label="State" value=${filters.state} onChange=${(one) => set({ state: one })} options=${options(STATES)} />
      <${Choice} label="Event" value=${filters.kind} onChange=${(one) => set({ kind: one })} options=${options(KINDS)} />
      <${Field} label="Order" value=${filters.order} onChange=${(event) => set({ order: event.target.value.trim() })} hint="Its id" />
    </div>
    <${Pages} pages=${pages} label="Deliveries" columns=${columns}
      empty=${html`<${Empty} title="Nothing sent yet">Events appear here as they are sent. Choose another state, or replay what happened before.<//>`} />
    ${replayed &&
    html`<${Dialog} title="Replay events" submit="Replay" onClose=${() => replay(null)}
      onSubmit=${async (form) => {
        const startTime = new Date(form.get("start")).toISOString();
        await session.post(`${PATH}/${id}:replayEvents`, { startTime, requestId: replayed });
        pages.reload();
      }}>
      <p>All events since then are sent once more, also those that were taken.</p>
      <${Field} label="Since" name="start" type="datetime-local" required /><//>`}`;
}
