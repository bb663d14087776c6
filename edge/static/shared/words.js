/** Names of enums as people read them, and times. */

const PREFIXES = /^(ORDER_STATUS|PAYMENT_STATUS|PAYMENT_METHOD|PAYMENT_OUTCOME|PAYMENT_FAILURE_CODE|CANCEL_REASON|REFUND_STATE|JOB_STATE|PROCESS_STATE|STOCK_STATE|INCENTIVE_KIND|WEBHOOK_EVENT_KIND|WEBHOOK_DELIVERY_STATE|PAYMENT_DIFFERENCE_KIND|PAYMENT_MOVEMENT|ROLE)_/;
const TONES = {
  ORDER_STATUS_PAID: "good",
  ORDER_STATUS_SHIPPED: "info",
  ORDER_STATUS_DELIVERED: "good",
  ORDER_STATUS_CANCELLED: "quiet",
  ORDER_STATUS_FAILED: "bad",
  ORDER_STATUS_PENDING: "warn",
  ORDER_STATUS_CONFIRMED: "info",
  PAYMENT_STATUS_PAID: "good",
  PAYMENT_STATUS_FAILED: "bad",
  PAYMENT_STATUS_PENDING: "warn",
  PAYMENT_STATUS_REQUIRES_ACTION: "warn",
  REFUND_STATE_PROMISED: "warn",
  REFUND_STATE_GIVEN: "good",
  JOB_STATE_DEAD: "bad",
  JOB_STATE_DONE: "good",
  JOB_STATE_RUNNING: "info",
  JOB_STATE_READY: "warn",
  PROCESS_STATE_SERVING: "good",
  PROCESS_STATE_NOT_SERVING: "bad",
  PROCESS_STATE_UNREACHABLE: "bad",
  WEBHOOK_DELIVERY_STATE_DELIVERED: "good",
  WEBHOOK_DELIVERY_STATE_READY: "warn",
  WEBHOOK_DELIVERY_STATE_FAILED: "bad",
  OK: "good",
};

/** ORDER_STATUS_PAID is "Paid", PARTIALLY_REFUNDED "Partially refunded". */
export function words(name = "") {
  const text = name.replace(PREFIXES, "").replaceAll("_", " ").toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function tone(name) {
  return TONES[name] ?? "quiet";
}

const time = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const dateAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** A time in the browser's zone; today's without the date. */
export function at(timestamp) {
  if (!timestamp) return "";
  const date = new Date(timestamp);
  return (date.toDateString() === new Date().toDateString() ? time : dateAndTime).format(date);
}

/** As many decimals as what is a multiple of `step` has. */
function decimals(step) {
  const isEnough = (n) => Math.abs(step * 10 ** n - Math.round(step * 10 ** n)) < 1e-6;
  return [0, 1, 2, 3, 4, 5].find(isEnough) ?? 6;
}

/** 80 ms, 1.25 s. With the `step` of an axis, as exact as its lines, like `rate` and `whole`. */
export function duration(ms, step) {
  if (ms === null) return "–";
  if (step) return ms < 1000 ? `${ms.toFixed(decimals(step))} ms` : `${(ms / 1000).toFixed(decimals(step / 1000))} s`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`;
}

/** 0.3, 12. What is rare is not written as if it never happened. */
export function rate(perSecond, step) {
  if (step) return perSecond.toFixed(decimals(step));
  if (perSecond > 0 && perSecond < 0.05) return "< 0.1";
  return perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond));
}

/** A count. Lines of an axis between two counts have no label. */
export function whole(count, step) {
  return step && !Number.isInteger(count) ? "" : String(Math.round(count));
}

/** A day as the shop's reports name it, in UTC. */
export function day(date = new Date()) {
  return date.toISOString().slice(0, 10);
}

/** A time as a field for one has it, in the browser's zone. Empty for none, or what is none. */
export function toField(timestamp) {
  const date = new Date(timestamp || NaN);
  return isNaN(date) ? "" : new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The time that somebody put in such a field; empty for none. */
export function fromField(value) {
  return value ? new Date(value).toISOString() : "";
}
