/** What is for sale, with what is available as it changes. */

import { html, useEffect, useState } from "../shared/framework.js";
import { Badge, Empty, Fault, Field, Money } from "../shared/parts.js";
import { useStock } from "../shared/stock.js";

const PAGE = 12;

export function Catalogue({ session, basket }) {
  const [query, setQuery] = useState("");
  const { products, error, more } = useProducts(session, query, basket.currency);
  const stock = useStock(session, products.flatMap((product) => product.productItems.map((item) => item.id)));
  const searched = (event) => {
    event.preventDefault();
    setQuery(new FormData(event.target).get("query").trim());
  };
  return html`
    <h1>What would you like?</h1>
    <form class="search" role="search" onSubmit=${searched}><${Field} label="Search" name="query" type="search" /><button>Search</button></form>
    <${Fault} error=${error} />
    ${products.length === 0 && !error && html`<${Empty} title="Nothing here">Search for something else, or choose another currency.<//>`}
    <ul class="products">${products.map(
      (product) => html`<li key=${product.id}>
        <h2>${product.name}</h2><p class="soft">${product.description}</p>
        <ul class="choices">${product.productItems.map(
          (item) => html`<li key=${item.id}>
            <span>${nameOf(item) || item.sku}</span> <${Money} of=${item.price} /> <${Stock} of=${stock[item.id]} />
            <button type="button" disabled=${stock[item.id]?.state === "STOCK_STATE_OUT_OF_STOCK"} aria-label="Add ${product.name} ${nameOf(item)}"
              onClick=${() => basket.add(item.id, [product.name, nameOf(item)].filter(Boolean).join(", "))}>Add</button></li>`,
        )}</ul></li>`,
    )}</ul>
    ${more && html`<button type="button" onClick=${more}>More</button>`}`;
}

function nameOf(item) {
  return item.options.map((option) => option.value).join(", ");
}

const STATES = { STOCK_STATE_IN_STOCK: "good", STOCK_STATE_LOW: "warn", STOCK_STATE_BACKORDERED: "info", STOCK_STATE_OUT_OF_STOCK: "bad" };

function Stock({ of }) {
  if (!of) return null;
  const text = of.state === "STOCK_STATE_LOW" ? `Only ${of.available} left` : undefined;
  return html`<${Badge} of=${of.state} text=${text} kind=${STATES[of.state]} />`;
}

function useProducts(session, query, currencyCode) {
  const [found, setFound] = useState({ products: [] });
  const load = async (pageToken, before, signal) => {
    const asked = { pageSize: PAGE, pageToken, query, currencyCode };
    const { products, nextPageToken } = await session.get("/api/v1/products", asked, signal);
    setFound({ products: [...before, ...products], next: nextPageToken });
  };
  useEffect(() => {
    const stop = new AbortController();
    load("", [], stop.signal).catch((error) => stop.signal.aborted || setFound({ products: [], error }));
    return () => stop.abort();
  }, [query, currencyCode]);
  const more = () => load(found.next, found.products).catch((error) => setFound({ ...found, error }));
  return { ...found, more: found.next && more };
}
