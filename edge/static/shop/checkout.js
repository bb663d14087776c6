/** The basket with its prices, codes and points as the shop computes them, and the way to pay. */

import { html, useEffect, useRef, useState } from "../shared/framework.js";
import { requestId } from "../shared/api.js";
import { isPositive } from "../shared/money.js";
import { Choice, Empty, Fault, Field, Money } from "../shared/parts.js";
import { CARDS, cardPayment } from "./cards.js";

export function Checkout({ session, basket, onOrder }) {
  const [codes, setCodes] = useState([]);
  const [points, setPoints] = useState("");
  const [card, setCard] = useState(CARDS[0][0]);
  const [state, setState] = useState({});
  // One for each basket: whoever presses twice, or again after a lost reply, orders once. The next basket may be the same.
  const request = useRef({});
  const body = { currencyCode: basket.currency, items: basket.items, incentiveCodes: codes, ...(points && { loyaltyPoints: points }) };
  const key = JSON.stringify([body, card]);
  const { preview, error, balance } = usePreview(session, body);

  const ordered = async () => {
    if (request.current.key !== key) request.current = { key, id: requestId() };
    setState({ busy: true });
    try {
      const wanted = { ...body, incentiveCodes: usable(codes, preview), payment: cardPayment(card), requestId: request.current.id };
      const placed = await session.post("/api/v1/orders", wanted);
      request.current = {};
      setCodes([]);
      setPoints("");
      setState({});
      onOrder(placed);
    } catch (failure) {
      setState({ error: failure });
    }
  };
  const added = (event) => {
    event.preventDefault();
    const code = new FormData(event.target).get("code").trim();
    // To the shop, ten-off is TEN-OFF.
    const isThere = codes.some((one) => one.toUpperCase() === code.toUpperCase());
    if (code && !isThere) setCodes([...codes, code]);
    event.target.reset();
  };

  return html`<h2>Your basket</h2>
    <p class="soft">${session.user.email} <button type="button" onClick=${() => session.signOut()}>Sign out</button></p>
    ${basket.pieces === 0 && html`<${Empty} title="It is empty">What you add is listed here.<//>`}
    <ul class="basket">${Object.entries(basket.lines).map(
      ([id, line]) => html`<li key=${id}><span>${line.name}</span>
        <input type="number" min="0" max="1000" value=${line.quantity} aria-label="Pieces of ${line.name}"
          onChange=${(event) => basket.set(id, Number(event.target.value))} /></li>`,
    )}</ul>
    <form onSubmit=${added}><${Field} label="Code" name="code" maxlength="50" /><button>Use it</button></form>
    <${Codes} codes=${codes} preview=${preview} onRemove=${(code) => setCodes(codes.filter((one) => one !== code))} />
    ${balance > 0 && html`<${Field} label="Points to spend, of ${balance}" type="number" min="0" max=${balance} value=${points}
      onChange=${(event) => setPoints(event.target.value)} />`}
    <${Choice} label="Pay with" value=${card} onChange=${setCard} options=${CARDS} />
    ${preview && html`<${Sums} preview=${preview} />`}
    <${Fault} error=${state.error ?? error} />
    <button class="primary" type="button" disabled=${!basket.pieces || state.busy} onClick=${ordered}>Order and pay</button>`;
}

function usable(codes, preview) {
  const refused = (preview?.refusedCodes ?? []).map((one) => one.code);
  return codes.filter((code) => !refused.includes(code));
}

function Codes({ codes, preview, onRemove }) {
  return html`<ul class="codes">${codes.map((code) => {
    const refused = preview?.refusedCodes.find((one) => one.code === code);
    return html`<li key=${code}><code>${code}</code> ${refused ? html`<span role="alert">${refused.reason}</span>` : ""}
      <button type="button" aria-label="Remove ${code}" onClick=${() => onRemove(code)}>Remove</button></li>`;
  })}</ul>`;
}

function Sums({ preview: { order, loyaltyPointsEarned } }) {
  return html`<dl class="sums">
    <div><dt>Items</dt><dd><${Money} of=${order.subTotal} /></dd></div>
    ${isPositive(order.discountTotal) && html`<div><dt>Discount</dt><dd>− <${Money} of=${order.discountTotal} /></dd></div>`}
    <div><dt>Total</dt><dd data-total><${Money} of=${order.totalAmount} /></dd></div>
    ${loyaltyPointsEarned !== "0" && html`<div><dt>You earn</dt><dd>${loyaltyPointsEarned} points</dd></div>`}
  </dl>`;
}

/** What the order would cost, and the points that can be spent, again after each change. */
function usePreview(session, body) {
  const [found, setFound] = useState({ balance: 0 });
  const key = JSON.stringify(body);
  useEffect(() => {
    const stop = new AbortController();
    const change = (changes) => stop.signal.aborted || setFound((before) => ({ ...before, ...changes }));
    session.get("/api/v1/loyalty/me", {}, stop.signal).then(
      (account) => change({ balance: Number(account.points) }),
      () => {},
    );
    if (!body.items.length) {
      change({ preview: null, error: null });
      return () => stop.abort();
    }
    session.call("POST", "/api/v1/orders:preview", { body, signal: stop.signal }).then(
      (preview) => change({ preview, error: null }),
      (error) => change({ preview: null, error }),
    );
    return () => stop.abort();
  }, [key]);
  return found;
}
