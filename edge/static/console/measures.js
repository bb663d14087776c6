/** What happened in the last quarter of an hour, second by second, in arrays of a fixed size. */

export const SECONDS = 900;
// Bins of latencies: eight for each doubling, from 1 ms to over an hour, so that a quantile is within 9 %.
const BINS = 176;
const COUNTED = ["placed", "paid", "failed", "cancelled", "charged", "refused", "transient", "givenUp"];

export class Measures {
  /** The second from which on everything is counted; what happened before is unknown. */
  since = Infinity;
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

  /** What the shop has counted until the second `now`. */
  static of({ startTime, bucketDuration, buckets }, now) {
    const measures = new Measures();
    measures.since = second(startTime);
    for (const bucket of buckets) {
      const first = Math.max(second(bucket.startTime), measures.since);
      measures.#spread(bucket, first, Math.min(second(bucket.startTime) + parseFloat(bucketDuration), now + 1));
    }
    return measures;
  }

  /** Counts a bucket evenly in its seconds: nobody knows in which it happened. */
  #spread(bucket, first, end) {
    const upto = (name, at) => Math.round((bucket[`${name}Count`] * (at - first)) / (end - first));
    for (let at = first; at < end; at++) {
      const slot = this.#slot(at);
      if (slot < 0) continue;
      for (const name of COUNTED) this.#counts[name][slot] += upto(name, at + 1) - upto(name, at);
      if (at > first) continue;
      for (const { latencyMs, count } of bucket.latencies) this.#latencies[slot * BINS + bin(latencyMs)] += count;
    }
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

  /** Columns for charts of the last `span` seconds in steps: times, rates by name, p50 and p99. Null is unknown, undefined that there are none. */
  series(now, span, step) {
    const first = Math.floor((now - span) / step) * step;
    const starts = Array.from({ length: Math.floor(span / step) }, (_, i) => first + i * step);
    const sums = starts.map((start) => this.sums(start, start + step));
    const quantiles = starts.map((start) => this.quantiles(start, start + step, [0.5, 0.99]));
    const known = (values) => values.map((value, i) => (starts[i] < this.since ? null : value));
    const rates = Object.fromEntries(COUNTED.map((name) => [name, known(sums.map((sum) => sum[name] / step))]));
    const quantile = (n) => known(quantiles.map((one) => one[n] ?? undefined));
    return { times: starts, ...rates, p50: quantile(0), p99: quantile(1) };
  }

  *#slots(from, until) {
    for (let second = from; second < until; second++) {
      const slot = second % SECONDS;
      if (this.#seconds[slot] === second) yield slot;
    }
  }
}

function second(timestamp) {
  return Math.floor(Date.parse(timestamp) / 1000);
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
