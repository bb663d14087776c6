/** A chart that follows the size of the page and its colours, with its figures as text beside it. */

import { html, useEffect, useRef } from "../shared/framework.js";
import uPlot from "../vendor/uplot-1.6.32/uplot.js";

const HEIGHT = 170;

/** `lines` are [title, colour of the theme, values], where a line breaks at null and goes on over undefined; `format` writes a value, for an axis with its step, `time` a time; `bars` draws bars, `dots` each value. */
export function Chart({ title, summary, times, lines, format, time = clock, bars, dots }) {
  const box = useRef();
  const plot = useRef();
  const data = [times, ...lines.map(([, , values]) => values)];
  const latest = useRef();
  latest.current = data;

  useEffect(() => {
    const made = () => {
      plot.current?.destroy();
      plot.current = new uPlot(options(box.current, { lines, format, time, bars, dots }), latest.current, box.current);
    };
    made();
    const resized = new ResizeObserver(([{ contentRect }]) => plot.current.setSize({ width: contentRect.width, height: HEIGHT }));
    resized.observe(box.current);
    // The colours are drawn, not styled: another theme draws again.
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const themed = new MutationObserver(made);
    themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    dark.addEventListener("change", made);
    return () => {
      resized.disconnect();
      themed.disconnect();
      dark.removeEventListener("change", made);
      plot.current.destroy();
      plot.current = null;
    };
  }, []);

  useEffect(() => plot.current?.setData(data), [times]);

  return html`<figure class="chart">
    <figcaption><strong>${title}</strong> <span>${summary}</span></figcaption>
    <div ref=${box} role="img" aria-label="${title}: ${summary}"></div>
    <p class="legend" aria-hidden="true">
      ${lines.map(([name, colour]) => html`<span><i class="dot ${colour}"></i>${name}</span>`)}
    </p>
  </figure>`;
}

const clocks = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

function clock(seconds) {
  return clocks.format(seconds * 1000);
}

/** Of the lines of an axis, which are `step` apart: exact, or none where `format` writes two of them alike. */
export function labels(format, splits, step) {
  return splits.map((value) => format(value, step)).map((label, n, all) => (label === all[n - 1] ? "" : label));
}

function options(box, { lines, format, time, bars, dots }) {
  const style = getComputedStyle(box);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const axis = { stroke: colour("soft"), grid: { stroke: colour("line"), width: 1 }, ticks: { show: false } };
  return {
    width: box.clientWidth || 300,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: { y: { range: (_, low, high) => [0, high > 0 ? high * 1.1 : 1] } },
    axes: [{ ...axis, space: 80, size: 28, values: (_, splits) => splits.map(time) }, { ...axis, size: 62, values: (_, splits, axis, space, step) => labels(format, splits, step) }],
    series: [
      {},
      ...lines.map(([label, name]) => ({
        label,
        stroke: colour(name),
        width: bars ? 0 : 2,
        points: { show: Boolean(dots), size: 4 },
        ...(bars && { paths: uPlot.paths.bars({ size: [0.7, 40] }), fill: colour(name) }),
      })),
    ],
  };
}
