/** What an administrator can do with an order, as its status allows it. */

import { html, useMemo, useState } from "../shared/framework.js";
import { requestId } from "../shared/api.js";
import { Refund } from "./refund.js";
import { useFilters } from "./router.js";
import { Action, Dialog, Field } from "./ui.js";

const CANCELLABLE = ["ORDER_STATUS_PENDING", "ORDER_STATUS_CONFIRMED", "ORDER_STATUS_PAID", "ORDER_STATUS_FAILED"];
const REFUNDABLE = ["PAYMENT_STATUS_PAID", "PAYMENT_STATUS_PARTIALLY_REFUNDED"];

export function OrderActions({ session, order, route, onChange }) {
  const [{ ask: name }, set] = useFilters(route, ["ask"]);
  const [link, setLink] = useState("");
  const payment = order.payments.at(-1);
  const isCash = payment?.method === "PAYMENT_METHOD_CASH";
  const can = {
    cancel: CANCELLABLE.includes(order.status),
    ship: order.status === "ORDER_STATUS_PAID" || (order.status === "ORDER_STATUS_CONFIRMED" && isCash),
    deliver: order.status === "ORDER_STATUS_SHIPPED",
    refund: REFUNDABLE.includes(payment?.status),
    revoke: true,
  };
  // One id for each question, so that a second press of its button takes effect once.
  const request = useMemo(requestId, [name]);
  const open = (one) => set({ ask: one });
  const does = async (verb, body) => {
    const isOfAdministrators = verb !== "cancel";
    onChange(await session.post(`/api/v1/${isOfAdministrators ? "admin/" : ""}orders/${order.id}:${verb}`, body));
  };
  const close = () => set({ ask: "" });
  const asked = { requestId: request };
  const Asked = can[name] && DIALOGS[name];
  return html`<div class="actions">
    ${can.ship && html`<button type="button" class="primary" onClick=${() => open("ship")}>Ship…</button>`}
    ${can.deliver && html`<${Action} label="Mark as delivered" does=${() => does("deliver", { etag: order.etag })} />`}
    ${can.refund && html`<button type="button" onClick=${() => open("refund")}>Refund…</button>`}
    <${Action} label="Tracking link…" does=${async () => setLink(await linkTo(session, order))} />
    <button type="button" onClick=${() => open("revoke")}>Revoke links…</button>
    ${can.cancel && html`<button type="button" class="danger" onClick=${() => open("cancel")}>Cancel…</button>`}
    ${Asked && html`<${Asked} asked=${asked} session=${session} does=${does} order=${order} onClose=${close} />`}
    ${link && html`<${Link} url=${link} onClose=${() => setLink("")} />`}
  </div>`;
}

async function linkTo(session, order) {
  const { path } = await session.post(`/api/v1/orders/${order.id}:createTrackingLink`);
  return location.origin + path;
}

function Link({ url, onClose }) {
  return html`<${Dialog} title="Follow this order" submit="Done" onSubmit=${() => {}} onClose=${onClose}>
    <${Field} label="Link" name="link" readonly value=${url} hint="For whoever has it, without signing in, for 30 days" />
  <//>`;
}

function Revoke({ session, order, onClose }) {
  const submitted = () => session.post(`/api/v1/orders/${order.id}:revokeTrackingLinks`);
  return html`<${Dialog} title="Revoke tracking links" submit="Revoke them" danger onSubmit=${submitted} onClose=${onClose}>
    <p>Nobody follows this order any more by a link that was made until now, neither here nor in the shopper's hands. A new link can be made afterwards.</p>
  <//>`;
}

function Ship({ asked, does, order, onClose }) {
  const submitted = (form) => {
    const shipment = { carrier: form.get("carrier"), trackingNumber: form.get("number"), trackingUri: form.get("uri") };
    return does("ship", { shipment, etag: order.etag, requestId: asked.requestId });
  };
  return html`<${Dialog} title="Hand it to a carrier" submit="Ship" onSubmit=${submitted} onClose=${onClose}>
    <${Field} label="Carrier" name="carrier" required maxlength="100" />
    <${Field} label="Tracking number" name="number" required maxlength="100" />
    <${Field} label="Tracking page" name="uri" type="url" hint="Where the shopper can follow it, if the carrier has such a page" />
  <//>`;
}

function Cancel({ asked, does, order, onClose }) {
  const submitted = (form) => does("cancel", { reason: form.get("reason"), etag: order.etag, requestId: asked.requestId });
  return html`<${Dialog} title="Cancel the order" submit="Cancel the order" danger onSubmit=${submitted} onClose=${onClose}>
    <p>Its stock is released, and what was charged is refunded.</p>
    <${Field} label="Reason" name="reason" maxlength="500" hint="The shopper sees it" />
  <//>`;
}

const DIALOGS = { ship: Ship, refund: Refund, revoke: Revoke, cancel: Cancel };
