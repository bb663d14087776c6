-- wrk: what both scripts say in the end, for bench/load.py to read.
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"seconds": %f, "answered": %d, "failed": %d, "p50_ms": %f, "p95_ms": %f, "p99_ms": %f}\n',
    summary.duration / 1e6, summary.requests - errors.status,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3))
end
