/** A small shop on the public API, to be copied from: browse, fill a basket, use codes and points, pay, and follow the order. */

import { html, render, useEffect, useMemo, useReducer, useState } from "../shared/framework.js";
import { Session } from "../shared/api.js";
import { Choice } from "../shared/parts.js";
import { keep, kept } from "../shared/tab.js";
import { Account } from "./account.js";
import { Basket, CURRENCIES } from "./basket.js";
import { Catalogue } from "./catalogue.js";
import { Checkout } from "./checkout.js";
import { Order } from "./order.js";

const ORDER = "easyorder-order";
const SESSION = "easyorder-session";

function Shop() {
  const [, changed] = useReducer((n) => n + 1, 0);
  const session = useMemo(() => signedIn(changed), []);
  const basket = useMemo(() => new Basket(changed), []);
  const [order, setOrder] = useState(null);
  const show = (shown) => {
    keep(ORDER, shown && shown.id);
    setOrder(shown);
  };
  const ordered = (placed) => {
    basket.clear();
    show(placed);
  };
  useEffect(() => {
    const id = session.user && kept(ORDER);
    if (id) session.get(`/api/v1/orders/${id}`).then(show, () => {});
  }, []);
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
        ? html`<${Order} session=${session} placed=${order} onClose=${() => show(null)} />`
        : html`<${Catalogue} session=${session} basket=${basket} />`}</main>
      <aside aria-label="Basket and account">
        ${session.user
          ? html`<${Checkout} session=${session} basket=${basket} onOrder=${ordered} />`
          : html`<${Account} session=${session} pieces=${basket.pieces} />`}
      </aside>
    </div>`;
}

function signedIn(onChange) {
  const session = new Session(onChange);
  session.outlastReloads(SESSION);
  return session;
}

render(html`<${Shop} />`, document.getElementById("app"));
