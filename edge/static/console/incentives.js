/** Discount codes: create, change, and switch off and on. */

import { html, useState } from "../shared/framework.js";
import { requestId } from "../shared/api.js";
import { CURRENCIES } from "./product_form.js";
import { to, useFilters } from "./router.js";
import { Action, Badge, Dialog, Empty, Field, Heading, Pages, Problem, Time, useLoad, usePages } from "./ui.js";
import { fromField, toField, words } from "../shared/words.js";

const KINDS = ["PERCENT", "AMOUNT", "BUY_X_GET_Y", "LOYALTY_MULTIPLIER"].map((one) => `INCENTIVE_KIND_${one}`);
const PATH = "/api/v1/admin/incentives";
const MASK = "code,value,currencyCode,startTime,endTime,maxUses,maxUsesPerUser,stackable,buyQuantity,getQuantity";

export function IncentivesScreen({ session, route }) {
  const [filters, set] = useFilters(route, ["edit"]);
  const pages = usePages(async (pageToken, signal) => {
    const page = await session.get(PATH, { pageSize: 50, pageToken }, signal);
    return [page.incentives, page.nextPageToken];
  }, []);
  const put = (changed) => pages.set({ ...pages.data, rows: pages.rows.map((one) => (one.id === changed.id ? changed : one)) });
  const switched = async (one) => put(await session.post(`${PATH}/${one.id}:${one.active ? "deactivate" : "activate"}`));
  const columns = [
    ["Code", (one) => html`<code>${one.code}</code>`],
    ["What it does", meaning],
    ["Uses", (one) => `${one.uses}${one.maxUses ? ` of ${one.maxUses}` : ""}`, "right"],
    ["From", (one) => html`<${Time} of=${one.startTime} />`],
    ["Until", (one) => html`<${Time} of=${one.endTime} />`],
    ["State", (one) => html`<${Badge} of=${one.active ? "OK" : "OFF"} text=${one.active ? "Active" : "Off"} />`],
    [
      "Do",
      (one) => html`<div class="actions"><button type="button" onClick=${() => set({ edit: one.id })}>Edit…</button>
        <${Action} label=${one.active ? "Switch off" : "Switch on"} does=${() => switched(one)} /></div>`,
    ],
  ];
  const close = () => set({ edit: "" });
  return html`
    <${Heading} title="Incentives"><button type="button" class="primary" onClick=${() => set({ edit: "new" })}>Add a code…</button><//>
    <${Pages} pages=${pages} label="Incentives" columns=${columns}
      empty=${html`<${Empty} title="No codes yet"><a href=${to("incentives", { edit: "new" })}>Add a code</a>, such as 10 % off.<//>`} />
    ${filters.edit === "new" && html`<${Edit} session=${session} of=${{}} onClose=${close} onDone=${pages.reload} />`}
    ${filters.edit && filters.edit !== "new" &&
    html`<${Existing} key=${filters.edit} id=${filters.edit} session=${session} onClose=${close} onDone=${pages.reload} />`}`;
}

function meaning(one) {
  switch (one.kind) {
    case "INCENTIVE_KIND_PERCENT":
      return `${one.value} % off`;
    case "INCENTIVE_KIND_AMOUNT":
      return `${one.value} ${one.currencyCode} off`;
    case "INCENTIVE_KIND_BUY_X_GET_Y":
      return `${one.getQuantity} free for each ${one.buyQuantity}`;
    case "INCENTIVE_KIND_LOYALTY_MULTIPLIER":
      return `${one.value} times the points`;
    default:
      return words(one.kind);
  }
}

function Existing({ id, session, ...rest }) {
  const { data, error, reload } = useLoad((signal) => session.get(`${PATH}/${id}`, {}, signal), [id]);
  return data
    ? html`<${Edit} key=${data.etag} session=${session} of=${data} reload=${reload} ...${rest} />`
    : html`<${Problem} error=${error} retry=${reload} />`;
}

function Edit({ session, of, onClose, onDone, reload }) {
  const [request] = useState(requestId);
  const [kind, setKind] = useState(of.kind ?? KINDS[0]);
  const submitted = async (form) => {
    const body = incentive(form, kind);
    if (of.id) await session.call("PATCH", `${PATH}/${of.id}`, { query: { updateMask: MASK }, body: { ...body, etag: of.etag } });
    else await session.call("POST", PATH, { query: { requestId: request }, body });
    onDone();
  };
  const buys = kind === "INCENTIVE_KIND_BUY_X_GET_Y";
  return html`<${Dialog} title=${of.id ? `Edit ${of.code}` : "Add a code"} submit=${of.id ? "Save" : "Add"} onSubmit=${submitted} onClose=${onClose} reload=${reload}>
    <${Field} label="Code" name="code" required maxlength="50" value=${of.code} />
    <label class="field"><span>Kind</span>
      <select name="kind" disabled=${Boolean(of.id)} onChange=${(event) => setKind(event.target.value)}>
        ${KINDS.map((one) => html`<option value=${one} selected=${one === kind}>${words(one)}</option>`)}</select></label>
    ${buys
      ? html`<${Field} label="Pieces to pay" name="buyQuantity" type="number" min="1" required value=${of.buyQuantity} />
          <${Field} label="Pieces that are free then" name="getQuantity" type="number" min="1" required value=${of.getQuantity} />`
      : html`<${Field} label="Value" name="value" inputmode="decimal" required value=${of.value} hint="Per cent, an amount, or a multiplier" />`}
    <label class="field"><span>Currency</span><select name="currency">
      <option value="">${kind === "INCENTIVE_KIND_AMOUNT" ? "Choose one" : "Any"}</option>
      ${CURRENCIES.map((one) => html`<option selected=${one === of.currencyCode}>${one}</option>`)}</select></label>
    <${Field} label="From" name="start" type="datetime-local" value=${toField(of.startTime)} />
    <${Field} label="Until" name="end" type="datetime-local" value=${toField(of.endTime)} />
    <${Field} label="Uses in all" name="maxUses" type="number" min="1" value=${of.maxUses} />
    <${Field} label="Uses of one user" name="maxUsesPerUser" type="number" min="1" value=${of.maxUsesPerUser} />
    <label class="check"><input type="checkbox" name="stackable" checked=${of.stackable} /> Goes together with other codes</label>
  <//>`;
}

function incentive(form, kind) {
  const whole = (name) => (form.get(name) ? Number(form.get(name)) : undefined);
  return {
    code: form.get("code"),
    kind,
    value: form.get("value") ?? undefined,
    currencyCode: form.get("currency") || undefined,
    startTime: fromField(form.get("start")) || undefined,
    endTime: fromField(form.get("end")) || undefined,
    maxUses: whole("maxUses"),
    maxUsesPerUser: whole("maxUsesPerUser"),
    stackable: form.has("stackable"),
    buyQuantity: whole("buyQuantity"),
    getQuantity: whole("getQuantity"),
  };
}
