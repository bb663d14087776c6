/** One order with everything that belongs to it, as it moves, and what can be done with it. */

import { html, useEffect, useState } from "../shared/framework.js";
import { follow } from "../shared/events.js";
import { formatted, isPositive } from "../shared/money.js";
import { OrderActions } from "./order_actions.js";
import { to } from "./router.js";
import { Badge, Empty, Heading, Money, Problem, Table, Time } from "./ui.js";
import { at, words } from "../shared/words.js";

export function OrderScreen({ session, id, route }) {
  const { order, events, error, set } = useOrder(session, id);
  if (!order) return html`<${Heading} title="Order" /><${Problem} error=${error} />`;
  return html`
    <${Heading} title="Order ${order.number || id.slice(0, 8)}"><${Badge} of=${order.status} /><//>
    <${Problem} error=${error} />
    <${OrderActions} session=${session} order=${order} route=${route} onChange=${set} />
    <dl class="facts" data-status=${order.status}>
      <div><dt>Total</dt><dd><${Money} of=${order.totalAmount} /></dd></div>
      <div><dt>Placed</dt><dd><${Time} of=${order.placedAt} /></dd></div>
      ${order.paidAt && html`<div><dt>Paid</dt><dd><${Time} of=${order.paidAt} /></dd></div>`}
      ${order.cancelledAt && html`<div><dt>Cancelled</dt><dd><${Time} of=${order.cancelledAt} /> ${order.cancelMessage || words(order.cancelReason)}</dd></div>`}
      <div><dt>By</dt><dd><a href=${to("users", { id: order.createdBy })}><code>${order.createdBy}</code></a></dd></div>
      <div><dt>Id</dt><dd><code>${order.id}</code></dd></div>
      <${Address} title="Ships to" of=${order.shippingAddress} />
      <${Address} title="Billed to" of=${order.billingAddress} />
      ${order.note && html`<div class="note"><dt>Note of the shopper</dt><dd>${order.note}</dd></div>`}
      ${Object.entries(order.metadata ?? {}).map(([key, value]) => html`<div key=${key}><dt>${key}</dt><dd>${value}</dd></div>`)}
    </dl>
    <h2>Items</h2>
    <${Table} label="Items" columns=${ITEMS} rows=${order.items} />
    <${Totals} order=${order} />
    <h2>Payments</h2>
    ${order.payments.length
      ? html`<${Table} label="Payments" columns=${PAYMENTS} rows=${order.payments} keyOf=${(one) => one.transactionId} />`
      : html`<${Empty} title="No payment yet">It is made once stock is held for all items.<//>`}
    ${order.refunds.length > 0 && html`<h2>Refunds</h2><${Table} label="Refunds" columns=${REFUNDS} rows=${refundsOf(order)} />`}
    ${order.shipments.length > 0 && html`<h2>Shipments</h2><${Table} label="Shipments" columns=${SHIPMENTS} rows=${order.shipments} />`}
    <h2>What happened</h2>
    <ol class="timeline">${events.map(
      (event) => html`<li key=${event.sequence}><${Time} of=${event.eventTime} /> ${story(event)}</li>`,
    )}</ol>
    <p><a href=${to("audit", { service: "order", resource: id })}>Who did what with this order</a></p>`;
}

/** The order, its events from the first one on, and both again whenever something happens. */
function useOrder(session, id) {
  const [state, setState] = useState({ events: [] });
  const change = (found) => setState((before) => ({ ...before, ...found }));
  const merge = (order) => setState((before) => ({ ...before, order: { ...order, number: order.number || before.order?.number || "" } }));
  useEffect(() => {
    const stop = new AbortController();
    session.get(`/api/v1/orders/${encodeURIComponent(id)}`, {}, stop.signal).then(merge, (error) => change({ error }));
    follow({
      open: (resumeToken, signal) => {
        const query = resumeToken ? { resumeToken } : { afterSequence: 0 };
        return session.request("GET", `/api/v1/orders/${encodeURIComponent(id)}:watch`, { query, signal });
      },
      onEvents: (events) => {
        const told = events.filter((event) => !event.heartbeat && !event.error);
        setState((before) => ({ ...before, events: [...before.events, ...told] }));
        const latest = told.map(orderOf).findLast(Boolean);
        if (latest) session.get(`/api/v1/orders/${encodeURIComponent(id)}`, {}, stop.signal).then(merge, () => merge(latest));
      },
      onState: (stateOfStream, error) => stateOfStream === "refused" && change({ error }),
      // It begins with the first event again.
      onGap: () => change({ events: [] }),
      signal: stop.signal,
    });
    return () => stop.abort();
  }, [id]);
  return { ...state, set: merge };
}

function orderOf(event) {
  return (event.orderSnapshot ?? event.orderCreated ?? event.orderStatusChanged ?? event.paymentRefund)?.order;
}

function story(event) {
  if (event.orderCreated) return html`Placed: <${Badge} of=${event.orderCreated.order.status} />`;
  if (event.orderCreatedWithIncentive) return `Discount of ${formatted(event.orderCreatedWithIncentive.discountTotal)}`;
  if (event.orderStatusChanged) {
    const { fromStatus, toStatus } = event.orderStatusChanged;
    return fromStatus === toStatus ? "Its items changed" : html`<${Badge} of=${fromStatus} /> → <${Badge} of=${toStatus} />`;
  }
  if (event.inventoryStatus) return `Stock: ${event.inventoryStatus.items.map((item) => `${item.sku} ${words(item.state).toLowerCase()}`).join(", ")}`;
  if (event.paymentAttempt) {
    const { number, outcome, nextAttemptTime } = event.paymentAttempt;
    return `Attempt ${number} to charge: ${words(outcome).toLowerCase()}${nextAttemptTime ? `, again at ${at(nextAttemptTime)}` : ""}`;
  }
  if (event.paymentRefund) return `Refund of ${formatted(event.paymentRefund.amount)}: ${words(event.paymentRefund.state).toLowerCase()}`;
  if (event.adminAlert) return html`<strong>${event.adminAlert.summary}</strong> ${event.adminAlert.detail}`;
  return "Something that this page does not know";
}

/** With the SKUs of the pieces that came back. */
function refundsOf(order) {
  const skus = new Map(order.items.map((item) => [item.productItemId, item.sku]));
  return order.refunds.map((refund) => ({ ...refund, what: refund.items.map((one) => `${one.quantity} × ${skus.get(one.productItemId) ?? one.productItemId}`) }));
}

function RefundState({ of }) {
  const isPromised = of.state === "REFUND_STATE_PROMISED";
  return html`<${Badge} of=${of.state} />
    ${isPromised ? html`<div><a href=${to("jobs", { service: "order", state: "any" })}>Its job</a> pays it</div>` : html`<div><${Time} of=${of.refundTime} /></div>`}
    ${of.items.length > 0 && !of.restock && html`<div>Written off, not in stock again</div>`}`;
}

function Totals({ order }) {
  return html`<ul class="totals">
    ${order.discounts.map((one) => html`<li>${one.code || "Points"}: ${one.description} <${Money} of=${one.amount} /></li>`)}
    ${isPositive(order.discountTotal) && html`<li>Discounts <${Money} of=${order.discountTotal} /></li>`}
    <li><strong>Total <${Money} of=${order.totalAmount} /></strong></li>
  </ul>`;
}

function Address({ title, of }) {
  if (!of) return null;
  const parts = [...(of.recipients ?? []), ...(of.addressLines ?? []), of.postalCode, of.locality, of.regionCode];
  return html`<div><dt>${title}</dt><dd>${parts.filter(Boolean).join(", ")}</dd></div>`;
}

const came = ({ returnedQuantity, writtenOffQuantity }) =>
  (returnedQuantity ? ` (${returnedQuantity} returned)` : "") + (writtenOffQuantity ? ` (${writtenOffQuantity} written off)` : "");
const ITEMS = [
  ["SKU", (item) => html`<code>${item.sku}</code>`],
  ["Name", (item) => [item.name, ...item.options.map((option) => option.value)].join(", ")],
  ["Pieces", (item) => item.quantity + came(item), "right"],
  ["Each", (item) => html`<${Money} of=${item.unitPrice} />`, "right"],
  ["Sum", (item) => html`<${Money} of=${item.subTotal} />`, "right"],
];
const PAYMENTS = [
  ["Transaction", (payment) => html`<code>${payment.transactionId}</code>`],
  ["By", (payment) => words(payment.method)],
  ["Status", (payment) => html`<${Badge} of=${payment.status} />`],
  ["Attempts", (payment) => payment.attempts, "right"],
  ["Amount", (payment) => html`<${Money} of=${payment.amount} />`, "right"],
  ["Refunded", (payment) => html`<${Money} of=${payment.refundedAmount} />`, "right"],
  ["What went wrong", (payment) => payment.failureMessage],
];
const REFUNDS = [
  ["When", (refund) => html`<${Time} of=${refund.createTime} />`],
  ["State", (refund) => html`<${RefundState} of=${refund} />`],
  ["What", (refund) => refund.what.map((line) => html`<div>${line}</div>`)],
  ["Reason", (refund) => refund.reason],
  ["Amount", (refund) => html`<${Money} of=${refund.amount} />`, "right"],
];
const SHIPMENTS = [
  ["When", (shipment) => html`<${Time} of=${shipment.shipTime} />`],
  ["Carrier", (shipment) => shipment.carrier],
  ["Number", (shipment) => shipment.trackingNumber],
  ["Arrived", (shipment) => html`<${Time} of=${shipment.deliverTime} />`],
];
