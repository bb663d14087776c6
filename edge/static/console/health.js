/** Every process of the services as it is: whether it serves, how far reads are behind, what waits. */

import { ApiError } from "../shared/api.js";
import { html } from "../shared/framework.js";
import { to } from "./router.js";
import { StreamState, useStream } from "./stream.js";
import { Badge, Empty, Heading, Problem, Table, Time } from "./ui.js";
import { words } from "../shared/words.js";

export function HealthScreen({ session }) {
  const live = useStream(session, "/api/v1/admin/health:watch", {}, (event) => event.health);
  const processes = live.data?.processes;
  return html`
    <${Heading} title="Health"><span role="status">${processes && html`<${Summary} processes=${processes} isLive=${live.state === "live"} />`}</span><//>
    <${StreamState} of=${live} to="the shop" />
    <${Problem} error=${live.error} />
    ${processes ? html`<${Processes} of=${processes} />` : !live.error && html`<p class="loading" role="status">Loading…</p>`}`;
}

function Summary({ processes, isLive }) {
  if (!isLive) return html`<${Badge} text="Not known just now" kind="warn" />`;
  const away = processes.filter((one) => one.state !== "PROCESS_STATE_SERVING");
  if (away.length === 0) return html`<${Badge} text="All services serve" kind="good" />`;
  return html`<${Badge} text=${`${away.length} of ${processes.length} processes ${away.length === 1 ? "does" : "do"} not serve`} kind="bad" />`;
}

function Processes({ of }) {
  const jobs = ({ stats }, name) => stats.jobs[`JOB_STATE_${name}`] ?? 0;
  const columns = [
    ["Service", (one) => html`<strong>${words(one.service)}</strong>`],
    ["Process", (one) => html`<code>${one.address}</code>`],
    ["State", (one) => html`<${Badge} of=${one.state} />`],
    ["Since", (one) => html`<${Time} of=${one.stats?.startTime} />`],
    ["Reads behind", (one) => one.stats && lag(one.stats.projectionLag), "right"],
    ["Events to publish", (one) => one.stats?.outboxPending, "right"],
    ["Jobs ready", (one) => one.stats && jobs(one, "READY"), "right"],
    ["Dead letters", (one) => one.stats && html`<a href=${to("jobs", { service: one.service })}>${jobs(one, "DEAD")}</a>`, "right"],
  ];
  return html`<${Table} label="Processes" columns=${columns} rows=${of} keyOf=${(one) => one.address} />
    ${of.map((one) => html`<${Figures} key=${one.address} of=${one} />`)}`;
}

/** A Duration as JSON has it: 0.012s. */
function lag(text) {
  const seconds = parseFloat(text);
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
}

function Figures({ of }) {
  const title = `${words(of.service)} at ${of.address}`;
  if (of.statsError) return html`<section><h2>${title}</h2><${Problem} error=${new ApiError(0, of.statsError)} /></section>`;
  if (!of.stats) return null;
  const figures = Object.entries(of.stats.figures).sort();
  return html`<details class="figures"><summary>${title} in figures</summary>
    ${figures.length === 0 && html`<${Empty} title="No figures">This service measures nothing else.<//>`}
    <dl class="facts">${figures.map(
      ([name, value]) => html`<div key=${name}><dt>${name.replaceAll("_", " ")}</dt><dd class="number">${Number(value.toPrecision(4))}</dd></div>`,
    )}</dl></details>`;
}
