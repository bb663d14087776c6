/** The catalogue: search, create, change, delete and restore. */

import { html } from "../shared/framework.js";
import { EditedProduct, ProductForm } from "./product_form.js";
import { to, useFilters } from "./router.js";
import { Action, Choice, Empty, Field, Heading, Money, Pages, usePages } from "./ui.js";

export function ProductsScreen({ session, route }) {
  const [filters, set] = useFilters(route, ["query", "deleted", "edit"]);
  const pages = usePages(
    async (pageToken, signal) => {
      const query = { pageSize: 20, pageToken, query: filters.query, showDeleted: Boolean(filters.deleted) };
      const page = await session.get("/api/v1/products", query, signal);
      return [page.products, page.nextPageToken];
    },
    [filters.query, filters.deleted],
  );
  const remove = (product) => session.call("DELETE", `/api/v1/products/${product.id}`, { query: { etag: product.etag } });
  const restore = (product) => session.post(`/api/v1/products/${product.id}:undelete`, { etag: product.etag });
  const columns = [
    ["Name", (product) => html`<strong>${product.name}</strong>`],
    ["Price", (product) => html`<${Money} of=${product.basePrice} />`, "right"],
    ["Items", (product) => product.productItems.map((item) => item.sku).join(", ")],
    [
      "Do",
      (product) => html`<div class="actions">
        ${product.deleteTime
          ? html`<${Action} label="Restore" reload=${pages.reload} does=${() => restore(product).then(pages.reload)} />`
          : html`<button type="button" onClick=${() => set({ edit: product.id })}>Edit…</button>
              <a class="button" href=${to("stock", { productId: product.id })}>Stock</a>
              <${Action} label="Delete" danger reload=${pages.reload} does=${() => remove(product).then(pages.reload)} />`}
      </div>`,
    ],
  ];
  const close = () => set({ edit: "" });
  return html`
    <${Heading} title="Products"><button type="button" class="primary" onClick=${() => set({ edit: "new" })}>Add a product…</button><//>
    <form class="filters" onSubmit=${(event) => (event.preventDefault(), set({ query: new FormData(event.target).get("query").trim() }))}>
      <${Field} label="Words of its name or SKU" name="query" type="search" value=${filters.query} />
      <${Choice} label="Show" value=${filters.deleted} onChange=${(deleted) => set({ deleted })}
        options=${[["", "On sale"], ["yes", "Deleted ones, too"]]} />
      <button>Search</button>
    </form>
    <${Pages} pages=${pages} label="Products" columns=${columns}
      empty=${html`<${Empty} title="No product">Search for something else, or <a href=${to("products", { edit: "new" })}>add a product</a>.<//>`} />
    ${filters.edit === "new" && html`<${ProductForm} session=${session} onClose=${close} onDone=${pages.reload} />`}
    ${filters.edit && filters.edit !== "new" &&
    html`<${EditedProduct} key=${filters.edit} id=${filters.edit} session=${session} onClose=${close} onDone=${pages.reload} />`}`;
}
