/** What the payment provider's own books and the orders differ in, day by day. Nothing is mended from here. */

import { html, useEffect, useRef } from "../shared/framework.js";
import { requestId } from "../shared/api.js";
import { words } from "../shared/words.js";
import { to } from "./router.js";
import { Action, Badge, Empty, Heading, Money, Pages, Time, usePages } from "./ui.js";

const PATH = "/api/v1/admin/payments/comparisons";
const RUNNING = "PAYMENT_COMPARISON_STATE_RUNNING";
// A comparison that is under way is asked for again, for five minutes at most.
const ASKED_EVERY_MS = 1500;
const MOST_ASKED = 200;
const DO = {
  PAYMENT_DIFFERENCE_KIND_PROVIDER_ONLY: "Find out at the provider what it was for; refund it there, if it is owed to nobody.",
  PAYMENT_DIFFERENCE_KIND_LEDGER_ONLY: "Look for it at the provider by the order; without the money, cancel the order or charge again.",
  PAYMENT_DIFFERENCE_KIND_AMOUNT: "Ask who changed it at the provider; give back or ask for the rest.",
  PAYMENT_DIFFERENCE_KIND_CURRENCY: "Ask who changed it at the provider.",
  PAYMENT_DIFFERENCE_KIND_STATUS: "Look at the order's jobs first: one that is DEAD is retried.",
};

export function PaymentsScreen({ session, id }) {
  return id ? html`<${Differences} session=${session} day=${id} />` : html`<${Days} session=${session} />`;
}

function compare(session, day) {
  return session.post(`${PATH}/${day}:run`, { requestId: requestId() });
}

/** The days that were compared, asked for again while one of them is under way; `again(day)` compares it once more. */
function useDays(session) {
  const pages = usePages(async (pageToken, signal) => {
    const page = await session.get(PATH, { pageSize: 30, pageToken }, signal);
    return [page.paymentComparisons, page.nextPageToken];
  }, []);
  const asked = useRef(0);
  useEffect(() => {
    if (asked.current >= MOST_ASKED || !pages.rows.some((one) => one.state === RUNNING)) return undefined;
    asked.current += 1;
    const timer = setTimeout(pages.reload, ASKED_EVERY_MS);
    return () => clearTimeout(timer);
  }, [pages.data]);
  const again = async (day) => {
    await compare(session, day);
    asked.current = 0;
    pages.reload();
  };
  return { ...pages, again };
}

function Days({ session }) {
  const pages = useDays(session);
  const columns = [
    ["Day, in UTC", (one) => html`<a href=${to("payments", one.date)}>${one.date}</a>`],
    ["Found", (one) => html`<${Found} of=${one} />`],
    ["In transit", (one) => one.transitCount, "right"],
    ["At the provider", (one) => one.providerCount, "right"],
    ["In orders", (one) => one.ledgerCount, "right"],
    ["Compared", (one) => html`<${Time} of=${one.endTime} />`],
    ["Do", (one) => html`<${Action} label="Compare again" does=${() => pages.again(one.date)} />`],
  ];
  return html`
    <${Heading} title="Payments"><button type="button" onClick=${pages.reload}>Refresh</button><//>
    <p class="soft">Each night, the charges and refunds of the day before are compared with the payment provider's own books.</p>
    <${Pages} pages=${pages} label="Days that were compared" columns=${columns} keyOf=${(one) => one.date}
      empty=${html`<${Empty} title="No day was compared yet">The first night compares the day before it. That nothing is here says
        nothing about the payments.<//>`} />`;
}

export function Found({ of }) {
  if (of.state === RUNNING) return html`<${Badge} of=${of.state} text="Under way" kind="info" />`;
  if (of.differenceCount) return html`<${Badge} of="DIFFERS" text="${of.differenceCount} differ" kind="bad" />`;
  if (of.transitCount) return html`<${Badge} of="TRANSIT" text="${of.transitCount} in transit" kind="info" />`;
  return html`<${Badge} of="OK" text="All agree" />`;
}

function Differences({ session, day }) {
  const path = `${PATH}/${day}/differences`;
  const days = useDays(session);
  const own = days.rows.find((one) => one.date === day);
  const pages = usePages(
    async (pageToken, signal) => {
      const page = await session.get(path, { pageSize: 50, pageToken }, signal);
      return [page.paymentDifferences, page.nextPageToken];
    },
    [day, own?.endTime],
  );
  const refresh = () => {
    days.reload();
    pages.reload();
  };
  return html`
    <${Heading} title="Payments of ${day}"><a href=${to("payments")}>All days</a>
      <button type="button" onClick=${refresh}>Refresh</button><${Action} label="Compare again" does=${() => days.again(day)} />
      <span role="status">${own && html`<${Found} of=${own} />`}</span><//>
    <${Pages} pages=${pages} label="Differences" columns=${COLUMNS} keyOf=${(one) => `${one.kind} ${one.providerId} ${one.transactionId} ${one.refundId}`}
      empty=${html`<${Empty} title="Nothing differs">If ${day} was compared, each charge and refund at the provider is one of an order, with
        the same amount, and each of an order is at the provider. <a href=${to("payments")}>See whether it was</a>.<//>`} />`;
}

const COLUMNS = [
  ["What", (one) => html`<${Badge} of=${one.kind} text="${words(one.movement)}: ${words(one.kind).toLowerCase()}" kind="bad" />`],
  ["Order", (one) => one.orderId && html`<a href=${to("orders", one.orderId)}><code>${one.orderId.slice(0, 8)}</code></a>`],
  ["At the provider", (one) => html`<${Side} amount=${one.providerAmount} status=${one.providerStatus} time=${one.providerTime} id=${one.providerId} />`],
  ["In the order", (one) => html`<${Side} amount=${one.ledgerAmount} status=${one.ledgerStatus} time=${one.ledgerTime} id=${one.refundId || one.transactionId} />`],
  ["What to do", (one) => DO[one.kind]],
];

function Side({ amount, status, time, id }) {
  if (!status) return "Nothing";
  return html`<${Money} of=${amount} /> ${words(status)} <${Time} of=${time} /><div><code>${id}</code></div>`;
}
