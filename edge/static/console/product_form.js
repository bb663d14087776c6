/** The form of a product: its name and price, the variations that it comes in, and the items that are sold. */

import { html, useReducer, useState } from "../shared/framework.js";
import { requestId } from "../shared/api.js";
import { Metadata } from "./metadata.js";
import { addMissing, draftOf, newItem, newOption, newVariation, productOf } from "./product_draft.js";
import { Choice, Dialog, Field, Problem, useLoad } from "./ui.js";

export const CURRENCIES = ["EUR", "USD", "GBP", "EGP"];
const MASK = "name,description,basePrice,variations,productItems,metadata";

export function EditedProduct({ id, session, onClose, onDone }) {
  const { data, error, reload } = useLoad((signal) => session.get(`/api/v1/products/${id}`, {}, signal), [id]);
  // With its version as the key, a form that is loaded again begins with what is there now.
  return data
    ? html`<${ProductForm} key=${data.etag} of=${data} session=${session} onClose=${onClose} onDone=${onDone} reload=${reload} />`
    : html`<${Problem} error=${error} retry=${reload} />`;
}

export function ProductForm({ of, session, onClose, onDone, reload }) {
  const [request] = useState(requestId);
  const [draft] = useState(() => draftOf(of));
  const [, changed] = useReducer((n) => n + 1, 0);
  const submitted = async () => {
    const product = productOf(draft);
    if (of) await session.call("PATCH", `/api/v1/products/${of.id}`, { query: { updateMask: MASK }, body: { ...product, etag: of.etag } });
    else await session.call("POST", "/api/v1/products", { query: { requestId: request }, body: product });
    onDone();
  };
  return html`<${Dialog} title=${of ? `Edit ${of.name}` : "Add a product"} submit=${of ? "Save" : "Add"} wide reload=${reload}
    onSubmit=${submitted} onClose=${onClose}>
    <${Draft} label="Name" part=${draft} name="name" required maxlength="255" />
    <label class="field"><span>Description</span>
      <textarea rows="2" maxlength="10000" value=${draft.description} onInput=${(event) => (draft.description = event.target.value)} /></label>
    <div class="fields">
      <${Draft} label="Price" part=${draft} name="price" inputmode="decimal" required />
      <${Choice} label="Currency" value=${draft.currency} options=${CURRENCIES.map((one) => [one, one])}
        onChange=${(currency) => ((draft.currency = currency), changed())} />
    </div>
    ${draft.variations.map((one, n) => html`<${Variation} key=${one.key} of=${one} number=${n + 1} changed=${changed}
      remove=${() => without(draft, "variations", one, changed)} />`)}
    <div class="actions"><button type="button" onClick=${() => (draft.variations.push(newVariation()), changed())}>Add a variation, such as colour</button></div>
    ${draft.items.map((one, n) => html`<${Item} key=${one.key} of=${one} number=${n + 1} variations=${draft.variations} changed=${changed}
      remove=${draft.items.length > 1 && (() => without(draft, "items", one, changed))} />`)}
    <${More} draft=${draft} changed=${changed} />
    <${Metadata} pairs=${draft.metadata} change=${(pairs) => ((draft.metadata = pairs), changed())} add="Add metadata, for everybody to read" />
  <//>`;
}

function without(whole, name, part, changed) {
  whole[name] = whole[name].filter((one) => one !== part);
  changed();
}

/** A field that writes into a part of the draft. */
function Draft({ part, name, changed, ...field }) {
  const written = (event) => {
    part[name] = event.target.value;
    changed?.();
  };
  return html`<${Field} value=${part[name]} onInput=${written} ...${field} />`;
}

function Variation({ of, number, changed, remove }) {
  return html`<fieldset>
    <legend>Variation ${number}</legend>
    <div class="fields">
      <${Draft} label="Its name" part=${of} name="name" changed=${changed} required maxlength="100" />
      <button type="button" onClick=${remove}>Remove<span class="hidden"> variation ${of.name || number}</span></button>
    </div>
    ${of.options.map((option) => html`<div class="fields" key=${option.key}>
      <${Draft} label="Option" part=${option} name="value" changed=${changed} required maxlength="100" />
      <${Draft} label="Adds to the price" part=${option} name="modifier" inputmode="decimal" />
      ${of.options.length > 1 &&
      html`<button type="button" onClick=${() => without(of, "options", option, changed)}>Remove<span class="hidden"> option ${option.value}</span></button>`}
    </div>`)}
    <button type="button" onClick=${() => (of.options.push(newOption()), changed())}>Add an option</button>
  </fieldset>`;
}

function Item({ of, number, variations, changed, remove }) {
  return html`<fieldset>
    <legend>Item ${number}</legend>
    <div class="fields">
      <${Draft} label="SKU" part=${of} name="sku" changed=${changed} required maxlength="100" />
      ${variations.map((variation) => html`<label class="field" key=${variation.key}><span>${variation.name || "Variation"}</span>
        <select required onChange=${(event) => (of.chosen[variation.key] = Number(event.target.value))}>
          <option value="">Choose one</option>
          ${variation.options.map((one) => html`<option value=${one.key} selected=${of.chosen[variation.key] === one.key}>${one.value}</option>`)}
        </select></label>`)}
      <${Draft} label="Price of its own" part=${of} name="override" inputmode="decimal" />
      ${of.id
        ? html`<${Draft} label="Lies at" part=${of} name="location" maxlength="100" placeholder="As before" />`
        : html`<${Draft} label="Pieces on hand" part=${of} name="pieces" type="number" min="0" required />
            <${Draft} label="Lies at" part=${of} name="location" maxlength="100" />`}
      <label class="check"><input type="checkbox" checked=${of.backorderable} onChange=${(event) => (of.backorderable = event.target.checked)} />
        Can be ordered beyond the stock</label>
      ${remove && html`<button type="button" onClick=${remove}>Remove<span class="hidden"> item ${of.sku || number}</span></button>`}
    </div>
  </fieldset>`;
}

function More({ draft, changed }) {
  const [error, setError] = useState(null);
  const fill = () => {
    try {
      addMissing(draft);
      setError(null);
    } catch (failure) {
      setError(failure);
    }
    changed();
  };
  return html`<div class="actions">
      <button type="button" onClick=${() => (draft.items.push(newItem()), changed())}>Add an item</button>
      ${draft.variations.length > 0 && html`<button type="button" onClick=${fill}>Add all combinations that are missing</button>`}
    </div>
    <${Problem} error=${error} />
    <p class="soft">An item that is removed can be ordered no more; orders keep it. Stock of items that exist is adjusted under Stock.</p>`;
}
