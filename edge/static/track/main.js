/** The live page of one order, for whoever has its link. The token is in the address behind the #, which no server sees. */

import { html, render, useEffect, useState } from "../shared/framework.js";
import { Session } from "../shared/api.js";
import { follow } from "../shared/events.js";
import { formatted } from "../shared/money.js";
import { at } from "../shared/words.js";

const FINAL = ["ORDER_STATUS_DELIVERED", "ORDER_STATUS_CANCELLED"];
const STEPS = [
  ["Placed", "We have your order."],
  ["Paid", "Your payment has arrived."],
  ["Shipped", "A carrier has your parcel."],
  ["Delivered", "Your parcel has arrived."],
];
// An order in cash is shipped before.
const PAID = 1;
const REACHED = {
  ORDER_STATUS_PENDING: [0, "Some items wait for stock. We ship when they are here."],
  ORDER_STATUS_CONFIRMED: [0, "Your items are reserved."],
  ORDER_STATUS_PAID: [1, "Paid. We get it ready for the carrier."],
  ORDER_STATUS_SHIPPED: [2, "On its way to you."],
  ORDER_STATUS_DELIVERED: [3, "Delivered. Enjoy it!"],
  ORDER_STATUS_CANCELLED: [-1, "This order was cancelled. What was paid is paid back."],
  ORDER_STATUS_FAILED: [-1, "The payment did not work. Whoever ordered can pay again."],
};

function Track({ token }) {
  const { order, state, error, seenAt } = useTracked(token);
  if (!token) return html`<${Refused} text="The link is not complete. Copy all of it, also what is behind the #." />`;
  if (state === "refused") return html`<${Refused} text=${error.message} />`;
  return html`<main>
    <header><h1>Your order</h1><${Connection} state=${state} seenAt=${seenAt} /></header>
    ${order ? html`<${Order} of=${order} />` : html`<p class="soft">Loading…</p>`}
  </main>`;
}

function useTracked(token) {
  const [found, setFound] = useState({ state: "connecting" });
  useEffect(() => {
    if (!token) return undefined;
    const stop = new AbortController();
    const change = (changes) => setFound((before) => ({ ...before, ...changes }));
    follow({
      open: (_, signal) => new Session().request("POST", "/api/v1/trackedOrders:watch", { body: { token }, signal }),
      onEvents: (events) => {
        const order = events.findLast((event) => event.trackedOrder)?.trackedOrder;
        change({ seenAt: new Date().toISOString(), ...(order && { order }) });
        if (order && FINAL.includes(order.status)) {
          change({ state: "over" });
          stop.abort();
        }
      },
      onState: (state, error) => stop.signal.aborted || change({ state, error }),
      signal: stop.signal,
    });
    return () => stop.abort();
  }, [token]);
  return found;
}

/** Says so if what is shown may be old. */
function Connection({ state, seenAt }) {
  if (state === "over") return html`<p class="badge" role="status">This is the end of the story</p>`;
  if (state === "live") return html`<p class="badge good" role="status">Live: this page changes by itself</p>`;
  if (!seenAt) return html`<p class="badge warn" role="status">Connecting…</p>`;
  return html`<p class="badge bad" role="status">Lost connection, trying again. What you see is from ${at(seenAt)}</p>`;
}

function Order({ of }) {
  const [reached, text] = REACHED[of.status] ?? [0, ""];
  return html`
    <p class="state" data-status=${of.status}>${text}</p>
    ${reached >= 0 &&
    html`<ol class="steps">${STEPS.map(([name, meaning], step) => {
      const isDone = step <= reached && (step !== PAID || Boolean(of.payTime));
      return html`<li class=${isDone ? "done" : ""} aria-current=${step === reached ? "step" : undefined}>
        <strong>${name}</strong> <span class="soft">${isDone ? meaning : "Not yet"}</span></li>`;
    })}</ol>`}
    ${of.shipments.map(
      (shipment) => html`<p class="parcel">${shipment.carrier} <code>${shipment.trackingNumber}</code>
        ${isWeb(shipment.trackingUri) && html`<a href=${shipment.trackingUri} rel="noreferrer">Follow the parcel</a>`}</p>`,
    )}
    <h2>Items</h2>
    <ul class="items">${of.items.map(
      (item) => html`<li>${item.quantity} × ${[item.name, ...item.options.map((option) => option.value)].join(", ")}</li>`,
    )}</ul>
    <p>Total ${formatted(of.totalAmount)}</p>
    <p class="soft">Placed ${at(of.placeTime)}${of.payTime && `, paid ${at(of.payTime)}`}</p>`;
}

/** Not javascript: nor anything else that a link could run. */
function isWeb(uri) {
  return /^https?:\/\//.test(uri);
}

function Refused({ text }) {
  return html`<main><h1>No order here</h1><p role="alert">${text}</p><p class="soft">Ask the shop for another link.</p></main>`;
}

function show() {
  render(html`<${Track} key=${location.hash} token=${location.hash.slice(1)} />`, document.getElementById("app"));
}

// A link to the same order that is pasted into the page does not load it again.
addEventListener("hashchange", show);
show();
