/** The order that was just placed, as it moves, and a link for others to follow it. */

import { html, useEffect, useState } from "../shared/framework.js";
import { follow } from "../shared/events.js";
import { Badge, Fault, Money, Time } from "../shared/parts.js";

export function Order({ session, placed, onClose }) {
  const { order, history } = useOrder(session, placed);
  const [link, setLink] = useState({});
  const share = () =>
    session.post(`/api/v1/orders/${order.id}:createTrackingLink`).then(
      ({ path }) => setLink({ path }),
      (error) => setLink({ error }),
    );
  const payment = order.payments.at(-1);
  return html`<h1>Thank you!</h1>
    <p class="state" role="status" data-status=${order.status}><${Badge} of=${order.status} /> <${Money} of=${order.totalAmount} /></p>
    ${payment?.failureMessage && html`<p>${payment.failureMessage}</p>`}
    ${payment?.nextActionUri && html`<p><a href=${payment.nextActionUri}>Confirm the payment</a>, on the page of your bank</p>`}
    <ol class="history">${history.map(([time, status], n) => html`<li key=${n}><${Time} of=${time} /> <${Badge} of=${status} /></li>`)}</ol>
    ${link.path
      ? html`<p><a href=${link.path}>The page of your order</a>, for whoever is to follow it</p>`
      : html`<button type="button" onClick=${share}>Make a link to follow it</button>`}
    <${Fault} error=${link.error} />
    <p><button type="button" class="primary" onClick=${onClose}>Buy something else</button></p>`;
}

function useOrder(session, placed) {
  const [found, setFound] = useState({ order: placed, history: [[placed.placedAt, placed.status]] });
  useEffect(() => {
    const stop = new AbortController();
    follow({
      open: (resumeToken, signal) => session.request("GET", `/api/v1/orders/${placed.id}:watch`, { query: { resumeToken }, signal }),
      onEvents: (events) => {
        for (const event of events) {
          const order = (event.orderSnapshot ?? event.orderStatusChanged ?? event.paymentRefund)?.order;
          if (order) setFound((before) => ({ order, history: moved(before, order, event.eventTime) }));
        }
      },
      onState: () => {},
      signal: stop.signal,
    });
    return () => stop.abort();
  }, [placed.id]);
  return found;
}

function moved({ order: before, history }, order, time) {
  return before.status === order.status ? history : [...history, [time, order.status]];
}
