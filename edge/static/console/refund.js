/** A refund: all that is left of the charge, an amount, or items that came back. */

import { html, useState } from "../shared/framework.js";
import { toMoney } from "../shared/money.js";
import { Choice, Dialog, Field } from "./ui.js";

const KINDS = [
  ["all", "All that is left of the charge"],
  ["items", "Items that came back"],
  ["amount", "An amount"],
];

export function Refund({ asked, does, order, onClose }) {
  const [kind, setKind] = useState("all");
  const left = order.items.filter((item) => item.quantity > item.returnedQuantity);
  const submitted = (form) => {
    const what = { all: () => ({}), items: () => ({ items: returned(left, form) }), amount: () => ({ amount: amount(order, form) }) };
    const restock = kind === "amount" ? undefined : form.has("restock");
    return does("refund", { ...what[kind](), restock, reason: form.get("reason"), requestId: asked.requestId });
  };
  return html`<${Dialog} title="Refund" submit="Refund" danger onSubmit=${submitted} onClose=${onClose}>
    <${Choice} label="What is refunded" value=${kind} onChange=${setKind} options=${left.length ? KINDS : KINDS.filter(([one]) => one !== "items")} />
    ${kind === "items" && left.map(
      (item) => html`<${Field} key=${item.id} label=${`${item.name} ${item.sku}`} name=${item.id} type="number" min="0" defaultValue="0"
        max=${item.quantity - item.returnedQuantity} hint="Of ${item.quantity - item.returnedQuantity} that were not returned" />`,
    )}
    ${kind === "amount" && html`<${Field} label="Amount in ${order.currencyCode}" name="amount" inputmode="decimal" required />`}
    ${kind !== "amount" && html`<label class="check"><input type="checkbox" name="restock" defaultChecked /> What comes back can be sold again</label>`}
    <${Field} label="Reason" name="reason" required maxlength="500" hint="The shopper sees it" />
  <//>`;
}

function returned(left, form) {
  const items = left.map((item) => ({ productItemId: item.productItemId, quantity: Number(form.get(item.id)) })).filter((one) => one.quantity > 0);
  if (!items.length) throw new Error("Say how many pieces came back.");
  return items;
}

function amount(order, form) {
  const found = toMoney(form.get("amount"), order.currencyCode);
  if (!found) throw new Error("The amount must be a number such as 12.50.");
  return found;
}
