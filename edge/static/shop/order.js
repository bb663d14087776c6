/** The order that was just placed, as it moves, and a link for others to follow it. */

import { html, useEffect, useRef, useState } from "../shared/framework.js";
import { requestId } from "../shared/api.js";
import { follow } from "../shared/events.js";
import { Badge, Choice, Fault, Money, Time } from "../shared/parts.js";
import { CARDS, cardPayment } from "./cards.js";

const HEADINGS = { ORDER_STATUS_FAILED: "Your order is not paid yet", ORDER_STATUS_CANCELLED: "Your order was cancelled" };

export function Order({ session, placed, onClose }) {
  const { order, history } = useOrder(session, placed);
  const [link, setLink] = useState({});
  const share = () =>
    session.post(`/api/v1/orders/${order.id}:createTrackingLink`).then(
      ({ path }) => setLink({ path }),
      (error) => setLink({ error }),
    );
  const payment = order.payments.at(-1);
  return html`<h1>${HEADINGS[order.status] ?? "Thank you!"}</h1>
    <p class="state" role="status" data-status=${order.status}><${Badge} of=${order.status} /> <${Money} of=${order.totalAmount} /></p>
    ${payment?.failureMessage && html`<p>${payment.failureMessage}</p>`}
    ${order.status === "ORDER_STATUS_FAILED" && html`<${PayAgain} key=${payment.transactionId} session=${session} order=${order} />`}
    ${payment?.nextActionUri && html`<p><a href=${payment.nextActionUri}>Confirm the payment</a>, on the page of your bank</p>`}
    <ol class="history">${history.map(([time, status], n) => html`<li key=${n}><${Time} of=${time} /> <${Badge} of=${status} /></li>`)}</ol>
    ${link.path
      ? html`<p><a href=${link.path}>The page of your order</a>, for whoever is to follow it</p>`
      : html`<button type="button" onClick=${share}>Make a link to follow it</button>`}
    <${Fault} error=${link.error} />
    <p><button type="button" class=${order.status === "ORDER_STATUS_FAILED" ? "" : "primary"} onClick=${onClose}>Buy something else</button></p>`;
}

/** One for each payment that failed: the stream shows what becomes of the next one. */
function PayAgain({ session, order }) {
  const [card, setCard] = useState(CARDS[0][0]);
  const [state, setState] = useState({});
  // One for each card: whoever presses again after a lost reply pays once.
  const request = useRef({});
  const submitted = async (event) => {
    event.preventDefault();
    if (request.current.card !== card) request.current = { card, id: requestId() };
    setState({ busy: true });
    try {
      await session.post(`/api/v1/orders/${order.id}:retryPayment`, { payment: cardPayment(card), requestId: request.current.id });
    } catch (error) {
      setState({ error });
    }
  };
  return html`<form class="again" onSubmit=${submitted}>
    <${Choice} label="Pay again with" value=${card} onChange=${setCard} options=${CARDS} />
    <${Fault} error=${state.error} />
    <button class="primary" disabled=${state.busy}>Pay again</button>
  </form>`;
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
