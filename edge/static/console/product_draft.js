/** A product while it is edited: plain objects that a form changes, and the product that they make. */

import { toDecimal, toMoney } from "../shared/money.js";
import { metadataOf, pairsOf } from "./metadata.js";

// As many items as the contract takes.
const MOST_ITEMS = 500;
let keys = 0;

/** Parts have keys, so that an item keeps its option when that is renamed. */
export function draftOf(product = {}) {
  const variations = (product.variations ?? []).map((one) => ({ ...newVariation(one.name), id: one.id, options: one.options.map(draftOption) }));
  const items = (product.productItems ?? [{}]).map((item) => draftItem(item, variations));
  const metadata = pairsOf(product.metadata);
  const { name = "", description = "", basePrice } = product;
  return { name, description, price: decimal(basePrice), currency: basePrice?.currencyCode ?? "EUR", variations, items, metadata };
}

export function newVariation(name = "") {
  return { key: ++keys, name, options: [newOption()] };
}

export function newOption() {
  return draftOption({ value: "" });
}

export function newItem(sku = "", chosen = {}) {
  return { key: ++keys, sku, chosen, override: "", pieces: "0", location: "", backorderable: false };
}

function draftOption({ id, value, priceModifier }) {
  return { key: ++keys, id, value, modifier: decimal(priceModifier) };
}

function draftItem({ id, sku, options = [], priceOverride, backorderable }, variations) {
  const chosen = {};
  for (const { variation, value } of options) {
    const of = variations.find((one) => one.name === variation);
    if (of) chosen[of.key] = of.options.find((option) => option.value === value)?.key;
  }
  return { ...newItem(sku, chosen), id, override: decimal(priceOverride), backorderable };
}

function decimal(money) {
  return money ? toDecimal(money) : "";
}

/** Adds an item for each combination of options that has none. Throws an Error if there were too many. */
export function addMissing(draft) {
  let combinations = [[]];
  for (const variation of draft.variations) {
    combinations = combinations.flatMap((some) => variation.options.map((option) => [...some, [variation.key, option]]));
    if (combinations.length > MOST_ITEMS) throw new Error(`There would be more than ${MOST_ITEMS} items.`);
  }
  const known = new Set(draft.items.map((item) => draft.variations.map((one) => item.chosen[one.key]).join()));
  for (const options of combinations.filter((some) => !known.has(some.map(([, option]) => option.key).join()))) {
    const sku = [draft.name, ...options.map(([, option]) => option.value)].join("-").replaceAll(/\s+/g, "-").toUpperCase();
    draft.items.push(newItem(sku, Object.fromEntries(options.map(([key, option]) => [key, option.key]))));
  }
  // The item of a product that came in one form only.
  draft.items = draft.items.filter((item) => item.id || item.sku);
}

/** The product as the API takes it. Throws an Error that says which amount is none. */
export function productOf(draft) {
  const amount = (text, what) => {
    const found = text ? toMoney(text, draft.currency) : undefined;
    if (found === null) throw new Error(`${what} must be a number such as 12.50.`);
    return found;
  };
  const variations = draft.variations.map(({ id, name, options }) => ({
    id,
    name,
    options: options.map((one) => ({ id: one.id, value: one.value, priceModifier: amount(one.modifier, `What ${one.value} adds`) })),
  }));
  const productItems = draft.items.map((item) => ({
    id: item.id,
    sku: item.sku,
    options: draft.variations.flatMap(({ key, name, options }) => {
      const value = options.find((one) => one.key === item.chosen[key])?.value;
      return value ? [{ variation: name, value }] : [];
    }),
    priceOverride: amount(item.override, `The price of ${item.sku}`),
    backorderable: item.backorderable,
    quantityOnHand: item.id ? undefined : Number(item.pieces),
    warehouseLocation: item.location || undefined,
  }));
  const metadata = metadataOf(draft.metadata);
  const { name, description } = draft;
  return { name, description, basePrice: amount(draft.price, "The price"), variations, productItems, metadata };
}
