/** What happened in the last quarter of an hour, second by second, in arrays of a fixed size. */

export const SECONDS = 900;
// Bins of latencies: eight for each doubling, from 1 ms to over an hour, so that a quantile is within 9 %.
const BINS = 176;
const COUNTED = ["placed", "paid", "failed", "cancelled", "charged", "refused", "retried", "givenUp"];

export class Measures {
  #seconds = new Float64Array(SECONDS).fill(-1);
  #counts = Object.fromEntries(COUNTED.map((name) => [name, new Uint32Array(SECONDS)]));
  #latencies = new Uint16Array(SECONDS * BINS);
  #latest = 0;

  /** Counts one `name` at a time in ms; of a payment with how long it took. */
  count(name, atMs, latencyMs) {
    const slot = this.#slot(Math.floor(atMs / 1000));
    if (slot < 0) return;
    this.#counts[name][slot] += 1;
    if (latencyMs >= 0) this.#latencies[slot * BINS + bin(latencyMs)] += 1;
  }

  /** Where a second is counted; -1 if it is too long ago. */
  #slot(second) {
    if (second <= this.#latest - SECONDS) return -1;
    this.#latest = Math.max(this.#latest, second);
    const slot = second % SECONDS;
    if (this.#seconds[slot] !== second) {
      this.#seconds[slot] = second;
      for (const name of COUNTED) this.#counts[name][slot] = 0;
      this.#latencies.fill(0, slot * BINS, (slot + 1) * BINS);
    }
    return slot;
  }

  /** The sum of each count from one second to before another. */
  sums(from, until) {
    const found = Object.fromEntries(COUNTED.map((name) => [name, 0]));
    for (const slot of this.#slots(from, until)) for (const name of COUNTED) found[name] += this.#counts[name][slot];
    return found;
  }

  /** Quantiles of the latencies from one second to before another in ms; null where there are none. */
  quantiles(from, until, wanted) {
    const merged = new Uint32Array(BINS);
    let all = 0;
    for (const slot of this.#slots(from, until)) {
      for (let i = 0; i < BINS; i++) {
        const one = this.#latencies[slot * BINS + i];
        merged[i] += one;
        all += one;
      }
    }
    return wanted.map((quantile) => (all ? middle(reached(merged, Math.ceil(all * quantile))) : null));
  }

  /** Columns for charts of the last `span` seconds in steps: times, rates by name, p50 and p99. */
  series(now, span, step) {
    const first = Math.floor((now - span) / step) * step;
    const starts = Array.from({ length: Math.floor(span / step) }, (_, i) => first + i * step);
    const sums = starts.map((start) => this.sums(start, start + step));
    const quantiles = starts.map((start) => this.quantiles(start, start + step, [0.5, 0.99]));
    const rates = Object.fromEntries(COUNTED.map((name) => [name, sums.map((sum) => sum[name] / step)]));
    return { times: starts, ...rates, p50: quantiles.map(([p50]) => p50), p99: quantiles.map(([, p99]) => p99) };
  }

  *#slots(from, until) {
    for (let second = from; second < until; second++) {
      const slot = second % SECONDS;
      if (this.#seconds[slot] === second) yield slot;
    }
  }
}

function bin(ms) {
  return Math.min(Math.max(Math.floor(Math.log2(Math.max(ms, 1)) * 8), 0), BINS - 1);
}

function middle(index) {
  return 2 ** ((index + 0.5) / 8);
}

function reached(bins, rank) {
  let seen = 0;
  return bins.findIndex((count) => (seen += count) >= rank);
}
