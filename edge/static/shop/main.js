/** A small shop on the public API, to be copied from: browse, fill a basket, use codes and points, pay, and follow the order. */

import { html, render, useEffect, useMemo, useReducer, useState } from "../shared/framework.js";
import { Session } from "../shared/api.js";
import { Choice } from "../shared/parts.js";
import { Account } from "./account.js";
import { Basket, CURRENCIES } from "./basket.js";
import { Catalogue } from "./catalogue.js";
import { Checkout } from "./checkout.js";
import { Order } from "./order.js";

function Shop() {
  const [, changed] = useReducer((n) => n + 1, 0);
  const session = useMemo(() => new Session(changed), []);
  const basket = useMemo(() => new Basket(changed), []);
  const [order, setOrder] = useState(null);
  const ordered = (placed) => {
    basket.clear();
    setOrder(placed);
  };
  useEffect(() => {
    document.title = order ? "Your order" : "EasyOrder shop";
  }, [order]);
  return html`
    <header class="top"><a class="brand" href="/shop">EasyOrder shop</a>
      <${Choice} label="Currency" value=${basket.currency} options=${CURRENCIES.map((one) => [one, one])}
        onChange=${(currency) => basket.change(currency)} />
    </header>
    <div class="columns">
      <main>${order
        ? html`<${Order} session=${session} placed=${order} onClose=${() => setOrder(null)} />`
        : html`<${Catalogue} session=${session} basket=${basket} />`}</main>
      <aside aria-label="Basket and account">
        ${session.user
          ? html`<${Checkout} session=${session} basket=${basket} onOrder=${ordered} />`
          : html`<${Account} session=${session} pieces=${basket.pieces} />`}
      </aside>
    </div>`;
}

render(html`<${Shop} />`, document.getElementById("app"));
