/** Stock, those items first that lack most, and its adjustment. What is available follows the stream of stock. */

import { html, useMemo } from "../shared/framework.js";
import { requestId } from "../shared/api.js";
import { useStock } from "../shared/stock.js";
import { to, useFilters } from "./router.js";
import { Choice, Dialog, Empty, Field, Heading, Pages, usePages } from "./ui.js";

export function StockScreen({ session, route }) {
  const [filters, set] = useFilters(route, ["show", "threshold", "productId", "adjust"]);
  const isLow = filters.show !== "all" && !filters.productId;
  // One id for each question, so that a second press of its button takes effect once.
  const request = useMemo(requestId, [filters.adjust]);
  const pages = usePages(
    async (pageToken, signal) => {
      const query = isLow ? { lowStockOnly: true, lowStockThreshold: filters.threshold } : { productId: filters.productId };
      const page = await session.get("/api/v1/admin/inventory", { pageSize: 50, pageToken, ...query }, signal);
      return [page.stockLevels, page.nextPageToken];
    },
    [filters.show, filters.threshold, filters.productId],
  );
  const put = (level) =>
    pages.set({ ...pages.data, rows: pages.rows.map((one) => (one.productItemId === level.productItemId ? level : one)) });
  const stock = useStock(session, pages.rows.map((level) => level.productItemId));
  const now = (level) => stock[level.productItemId]?.available ?? level.available;
  const columns = [
    ["SKU", (level) => html`<code>${level.sku}</code>`],
    ["Available", (level) => html`<strong>${now(level)}</strong>`, "right"],
    ["On hand", (level) => level.quantityOnHand, "right"],
    ["Reserved", (level) => level.reserved, "right"],
    ["Waited for", (level) => level.backordered, "right"],
    ["Sold", (level) => level.sold, "right"],
    ["Lies at", (level) => level.warehouseLocation],
    ["Do", (level) => html`<button type="button" onClick=${() => set({ adjust: level.productItemId })}>Adjust…</button>`],
  ];
  const asked = pages.rows.find((level) => level.productItemId === filters.adjust);
  const adjusted = async (form) => {
    const body = { delta: Number(form.get("delta")), reason: form.get("reason"), requestId: request };
    put(await session.post(`/api/v1/admin/inventory/${asked.productItemId}:adjust`, body));
  };
  return html`
    <${Heading} title="Stock"><button type="button" onClick=${pages.reload}>Refresh</button><//>
    <form class="filters" onSubmit=${(event) => (event.preventDefault(), set({ threshold: new FormData(event.target).get("threshold") }))}>
      <${Choice} label="Show" value=${isLow ? "low" : "all"} onChange=${(show) => set({ show, productId: "" })}
        options=${[["low", "Low stock"], ["all", "All items"]]} />
      ${isLow && html`<${Field} label="At most available" name="threshold" type="number" min="0" value=${filters.threshold} />
        <button>Search</button>`}
    </form>
    <${Pages} pages=${pages} label="Stock" columns=${columns} keyOf=${(level) => level.productItemId}
      empty=${isLow
        ? html`<${Empty} title="Nothing is low">Ask for more than the shop's threshold, or <a href=${to("stock", { show: "all" })}>see all items</a>.<//>`
        : html`<${Empty} title="No items"><a href=${to("products", { edit: "new" })}>Add a product</a> with its first stock.<//>`} />
    ${asked &&
    html`<${Dialog} title="Adjust ${asked.sku}" submit="Adjust" onSubmit=${adjusted} onClose=${() => set({ adjust: "" })}>
      <p>${asked.quantityOnHand} on hand, ${asked.reserved} of them reserved.</p>
      <${Field} label="Pieces to add" name="delta" type="number" step="1" required hint="Negative to take away" />
      <${Field} label="Reason" name="reason" required maxlength="500" hint="For the audit" />
    <//>`}`;
}
