/** All orders of the shop as they move: a window of the latest ones, and counts of everything. */

import { follow, isFinal, pause } from "../shared/events.js";
import { Measures, SECONDS } from "./measures.js";

const ROWS = 100;
const ALERTS = 50;
// The read side is behind the stream for a moment: the list is asked for again until it says the same twice.
const LISTED_AGAIN_MS = 2_000;
const LISTED_AT_MOST = 10;
const LONGEST_WAIT_MS = 30_000;
// Nobody reads faster; the processor is the shop's.
const RENDERED_EVERY_MS = 200;
const OUTCOMES = {
  PAYMENT_OUTCOME_CHARGED: "charged",
  PAYMENT_OUTCOME_REFUSED: "refused",
  PAYMENT_OUTCOME_TRANSIENT: "transient",
  PAYMENT_OUTCOME_GIVEN_UP: "givenUp",
};
const REACHED = { ORDER_STATUS_PAID: "paid", ORDER_STATUS_FAILED: "failed", ORDER_STATUS_CANCELLED: "cancelled" };

export class LiveOrders {
  measures = new Measures();
  alerts = [];
  events = 0;
  // Events that must have been there, by the numbers of those that came after them.
  missing = 0;
  since = Date.now();
  state = "connecting";
  error = null;
  nextAttempt = 0;
  /** Whether the latest orders from before the stream are among the rows. */
  isListed = false;
  #isListing = false;
  #rows = new Map();
  // Of the shop's clock before the browser's: events have the shop's time.
  #clockAheadMs = 0;
  #listeners = new Set();
  #scheduled = false;
  #renderedAt = 0;
  #stop = new AbortController();

  constructor(session) {
    this.session = session;
  }

  start() {
    follow({
      open: (resumeToken, signal) =>
        this.session.request("GET", "/api/v1/admin/orders:watch", { query: { resumeToken, pastMinutes: SECONDS / 60 }, signal }),
      onEvents: (events) => {
        this.take(events);
        // Only now: what happens to an order after it was listed has to be in the stream.
        if (!this.isListed) this.#list();
      },
      onState: (state, more) => this.#became(state, more),
      onGap: () => this.#doubt(),
      isOfNow: true,
      signal: this.#stop.signal,
    });
  }

  stop() {
    this.#stop.abort();
  }

  /** The latest orders, newest first. */
  get rows() {
    return [...this.#rows.values()].reverse();
  }

  /** The second that it is for the shop. */
  get now() {
    return Math.floor((Date.now() + this.#clockAheadMs) / 1000);
  }

  /** Calls back, at most once in a frame and a few times a second, after something has happened. */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  take(events) {
    for (const event of events) {
      if (event.heartbeat || event.orderCounts) this.#begin(event);
      else if (!event.error) this.#take(event);
    }
    this.#changed();
  }

  /** A stream that resumes nothing begins with what was counted before it, from shops of this version. */
  #begin({ eventTime, orderCounts }) {
    this.#clockAheadMs = Date.parse(eventTime) - Date.now();
    if (orderCounts) this.measures = Measures.of(orderCounts, this.now);
    else this.measures.since = Math.min(this.measures.since, this.now);
  }

  #take(event) {
    this.events += 1;
    const atMs = Date.parse(event.eventTime);
    const order = (event.orderCreated ?? event.orderStatusChanged ?? event.paymentRefund)?.order;
    if (order) this.#put(rowOf(order, event.sequence));
    else this.#number(event);
    if (event.orderCreated) this.measures.count("placed", atMs);
    const { fromStatus, toStatus } = event.orderStatusChanged ?? {};
    const reached = fromStatus !== toStatus && REACHED[toStatus];
    if (reached) this.measures.count(reached, atMs, reached === "paid" ? latencyMs(order) : -1);
    const outcome = OUTCOMES[event.paymentAttempt?.outcome];
    if (outcome) this.measures.count(outcome, atMs);
    if (event.adminAlert) this.#alert({ ...event.adminAlert, at: event.eventTime, orderId: event.orderId });
  }

  #alert(alert) {
    this.alerts = [alert, ...this.alerts].slice(0, ALERTS);
  }

  #put(row) {
    const known = this.#rows.get(row.id);
    if (known?.sequence && row.sequence > known.sequence + 1) this.missing += row.sequence - known.sequence - 1;
    this.#rows.set(row.id, row);
    if (this.#rows.size > ROWS) this.#rows.delete(this.#rows.keys().next().value);
  }

  #number(event) {
    const known = this.#rows.get(event.orderId);
    if (!known || event.sequence <= known.sequence) return;
    if (known.sequence && event.sequence > known.sequence + 1) this.missing += event.sequence - known.sequence - 1;
    this.#rows.set(event.orderId, { ...known, sequence: event.sequence });
  }

  /** Nothing is known of what happened in a gap: the next list is newer than every row. */
  #doubt() {
    this.isListed = false;
    for (const row of this.#rows.values()) this.#rows.set(row.id, { ...row, sequence: 0, isTold: false });
    // Alerts come by the stream only.
    this.#alert({
      summary: "Alerts from before this are not shown:",
      detail: "this tab was not followed for a time. Jobs shows what is to be done.",
      at: new Date(this.now * 1000).toISOString(),
    });
  }

  /** The latest orders from before the stream began, as soon as the shop answers. */
  async #list() {
    if (this.#isListing) return;
    this.#isListing = true;
    let failures = 0;
    for (let listed = 0; listed < LISTED_AT_MOST && !this.#stop.signal.aborted; ) {
      let wait = LISTED_AGAIN_MS;
      try {
        const { orders } = await this.session.get("/api/v1/admin/orders", { pageSize: 50 }, this.#stop.signal);
        listed += 1;
        const isNews = this.#merge(orders.map((order) => rowOf(order, 0)));
        if (listed > 1 && !isNews) break;
      } catch (error) {
        if (isFinal(error)) {
          if (!this.#stop.signal.aborted) this.#became("refused", error);
          break;
        }
        wait = Math.max(error.retryAfterMs ?? 0, Math.min(LISTED_AGAIN_MS * 2 ** failures++, LONGEST_WAIT_MS));
      }
      await pause(wait, this.#stop.signal);
    }
    this.#isListing = false;
  }

  /** Takes over what was listed, unless an event has said something newer; whether there was anything new. */
  #merge(listed) {
    this.isListed = true;
    const news = listed.filter(({ id, status, payment }) => {
      const known = this.#rows.get(id);
      return !known || (!known.isTold && (known.status !== status || known.payment !== payment));
    });
    for (const row of news) this.#rows.set(row.id, { ...row, sequence: this.#rows.get(row.id)?.sequence ?? 0 });
    const oldestFirst = [...this.#rows.values()].sort((a, b) => Date.parse(a.placedAt) - Date.parse(b.placedAt));
    this.#rows = new Map(oldestFirst.slice(-ROWS).map((row) => [row.id, row]));
    this.#changed();
    return news.length > 0;
  }

  #became(state, more) {
    this.state = state;
    this.nextAttempt = state === "lost" ? more : 0;
    this.error = state === "refused" ? more : null;
    this.#changed();
  }

  #changed() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const wait = Math.max(0, this.#renderedAt + RENDERED_EVERY_MS - performance.now());
    setTimeout(() => requestAnimationFrame(() => this.#render()), wait);
  }

  #render() {
    this.#scheduled = false;
    this.#renderedAt = performance.now();
    for (const listener of this.#listeners) listener();
  }
}

/** What the list shows of an order, and no more: the rest of it is dropped. */
export function rowOf(order, sequence) {
  return {
    id: order.id,
    sequence,
    // By an event, which is newer than any list.
    isTold: sequence > 0,
    status: order.status,
    placedAt: order.placedAt,
    total: order.totalAmount,
    pieces: order.items.reduce((sum, item) => sum + item.quantity, 0),
    what: order.items.length > 1 ? `${order.items[0].name} and ${order.items.length - 1} more` : order.items[0]?.name,
    payment: order.payments.at(-1)?.status,
  };
}

function latencyMs(order) {
  return Date.parse(order.paidAt) - Date.parse(order.placedAt);
}
