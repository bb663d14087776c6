/** Every process: whether it serves, how far reads are behind, what waits. Nothing streams this, so it is asked for. */

import { html, useEffect } from "../shared/framework.js";
import { SERVICES } from "./jobs.js";
import { to } from "./router.js";
import { Badge, Empty, Heading, Problem, Table, Time, useLoad } from "./ui.js";
import { words } from "../shared/words.js";

const ASKED_EVERY_MS = 5000;
const UNREACHABLE = "UNREACHABLE";

export function HealthScreen({ session }) {
  const { data, error, reload } = useLoad((signal) => state(session, signal), []);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || reload(), ASKED_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  if (!data) return html`<${Heading} title="Health" /><${Problem} error=${error} retry=${reload} />`;
  const jobs = (one, name) => one.stats?.jobs[`JOB_STATE_${name}`] ?? 0;
  const columns = [
    ["Service", (one) => html`<strong>${words(one.service)}</strong>`],
    ["State", (one) => html`<${Badge} of=${one.state} />`],
    ["Since", (one) => html`<${Time} of=${one.stats?.startTime} />`],
    ["Reads behind", (one) => one.stats && lag(one.stats.projectionLag), "right"],
    ["Events to publish", (one) => one.stats?.outboxPending, "right"],
    ["Jobs ready", (one) => jobs(one, "READY"), "right"],
    ["Dead letters", (one) => html`<a href=${to("jobs", { service: one.service })}>${jobs(one, "DEAD")}</a>`, "right"],
  ];
  return html`
    <${Heading} title="Health"><${Badge} of=${data.serving ? "SERVING" : "DOWN"} text=${data.serving ? "All services serve" : "Not all services serve"} /><//>
    <${Table} label="Services" columns=${columns} rows=${data.services} keyOf=${(one) => one.service} />
    ${data.services.map((one) => html`<${Figures} key=${one.service} of=${one} />`)}`;
}

async function state(session, signal) {
  const health = await fetch("/healthz", { signal }).then((response) => response.json());
  const states = health.services ?? health.details?.find((detail) => detail.metadata)?.metadata ?? {};
  const services = await Promise.all(
    SERVICES.map(async (service) => {
      const found = { service, state: states[service] ?? UNREACHABLE };
      try {
        return { ...found, stats: await session.get(`/api/v1/admin/ops/${service}/stats`, {}, signal) };
      } catch (error) {
        return { ...found, error };
      }
    }),
  );
  return { serving: services.every((one) => one.state === "SERVING"), services };
}

/** A Duration as JSON has it: 0.012s. */
function lag(text) {
  const seconds = parseFloat(text);
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
}

function Figures({ of }) {
  const figures = Object.entries(of.stats?.figures ?? {}).sort();
  if (of.error) return html`<section><h2>${words(of.service)}</h2><${Problem} error=${of.error} /></section>`;
  return html`<details class="figures"><summary>${words(of.service)} in figures</summary>
    ${figures.length === 0 && html`<${Empty} title="No figures">This service measures nothing else.<//>`}
    <dl class="facts">${figures.map(
      ([name, value]) => html`<div key=${name}><dt>${name.replaceAll("_", " ")}</dt><dd class="number">${Number(value.toPrecision(4))}</dd></div>`,
    )}</dl></details>`;
}
