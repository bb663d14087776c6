/** What somebody wants to buy, in one currency. It is kept in the browser, one for all its tabs; prices are the shop's. */

export const CURRENCIES = ["EUR", "USD", "GBP", "EGP"];
const KEY = "easyorder-basket";
// Of one item in an order.
const MOST = 1000;

export class Basket {
  constructor(onChange) {
    this.onChange = onChange;
    this.#read();
    // Sent when another tab has changed it.
    addEventListener("storage", (event) => event.key === KEY && (this.#read(), onChange()));
  }

  get pieces() {
    return Object.values(this.lines).reduce((sum, line) => sum + line.quantity, 0);
  }

  /** As CreateOrder and PreviewOrder take it. */
  get items() {
    return Object.entries(this.lines).map(([productItemId, { quantity }]) => ({ productItemId, quantity }));
  }

  add(id, name) {
    this.set(id, (this.lines[id]?.quantity ?? 0) + 1, name);
  }

  set(id, quantity, name = this.lines[id]?.name) {
    const { [id]: _, ...others } = this.lines;
    this.lines = quantity > 0 ? { ...this.lines, [id]: { name, quantity: Math.min(quantity, MOST) } } : others;
    this.#keep();
  }

  clear() {
    this.lines = {};
    this.#keep();
  }

  /** An order has one currency, and so has a basket. */
  change(currency) {
    this.currency = currency;
    this.clear();
  }

  #read() {
    const { currency, lines } = stored();
    this.currency = CURRENCIES.includes(currency) ? currency : CURRENCIES[0];
    this.lines = Object.fromEntries(Object.entries(lines ?? {}).filter(([, line]) => line?.quantity > 0));
  }

  #keep() {
    try {
      localStorage.setItem(KEY, JSON.stringify({ currency: this.currency, lines: this.lines }));
    } catch {
      // A browser that stores nothing has the basket as long as the page.
    }
    this.onChange();
  }
}

/** Whatever a browser has under the name, also from another version of the page. */
function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}
