/** Orders of any age, found by what is known of them. */

import { html } from "../shared/framework.js";
import { to, useFilters } from "./router.js";
import { Badge, Choice, Empty, Field, Heading, Money, Pages, Time, usePages } from "./ui.js";
import { words } from "../shared/words.js";

const STATUSES = ["PENDING", "CONFIRMED", "PAID", "SHIPPED", "DELIVERED", "CANCELLED", "FAILED"].map((one) => `ORDER_STATUS_${one}`);
const ID = /^[0-9a-f]{32}$/;
const COLUMNS = [
  ["Number", (order) => html`<a href=${to("orders", order.id)}>${order.number || order.id.slice(0, 8)}</a>`],
  ["Placed", (order) => html`<${Time} of=${order.placedAt} />`],
  ["Status", (order) => html`<${Badge} of=${order.status} />`],
  ["Payment", (order) => order.payments.length > 0 && html`<${Badge} of=${order.payments.at(-1).status} />`],
  ["Items", (order) => order.items.map((item) => `${item.quantity} × ${item.sku}`).join(", ")],
  ["Total", (order) => html`<${Money} of=${order.totalAmount} />`, "right"],
];

export function OrdersScreen({ session, route }) {
  const [filters, set] = useFilters(route, ["status", "number", "user", "from"]);
  const filter = expression(filters);
  const pages = usePages(
    async (pageToken, signal) => {
      const page = await session.get("/api/v1/admin/orders", { pageSize: 20, filter, pageToken }, signal);
      return [page.orders, page.nextPageToken];
    },
    [filter],
  );
  const searched = (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const number = form.get("number").trim();
    if (ID.test(number)) location.hash = to("orders", number);
    else set({ number, user: form.get("user").trim(), from: form.get("from") });
  };
  return html`
    <${Heading} title="Orders" />
    <form class="filters" onSubmit=${searched} key=${filter}>
      <${Choice} label="Status" value=${filters.status} onChange=${(status) => set({ status })}
        options=${[["", "Any"], ...STATUSES.map((one) => [one, words(one)])]} />
      <${Field} label="Number or id" name="number" value=${filters.number} />
      <${Field} label="User id" name="user" value=${filters.user} />
      <${Field} label="Placed since" name="from" type="date" value=${filters.from} />
      <button>Search</button>
    </form>
    <${Pages} pages=${pages} label="Orders" columns=${COLUMNS}
      empty=${html`<${Empty} title="No such order">Change what you search for, or <a href=${to("orders")}>see all orders</a>.<//>`} />`;
}

/** As AIP-160 has it. */
function expression({ status, number, user, from }) {
  const parts = [
    status && `status = ${status}`,
    number && `number = ${quoted(number)}`,
    user && `created_by = ${quoted(user)}`,
    from && `placed_at >= "${from}T00:00:00Z"`,
  ];
  return parts.filter(Boolean).join(" AND ");
}

function quoted(text) {
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}
