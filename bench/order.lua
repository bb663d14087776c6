-- wrk: every request is an order of its own, as a shopper's page sends it.
local order = [[{"requestId":"%s-%d","currency":"USD","items":[%s],"payment":{"method":"PAYMENT_METHOD_CARD","token":"tok_ok"}}]]
local headers = {
  ["content-type"] = "application/json",
  ["authorization"] = "Bearer " .. os.getenv("BENCH_TOKEN"),
  [os.getenv("BENCH_HEADER")] = os.getenv("BENCH_HEADER_VALUE"),
}
local run, items, number = os.getenv("BENCH_RUN"), os.getenv("BENCH_ITEMS"), 0

request = function()
  number = number + 1
  return wrk.format("POST", "/api/v1/orders", headers, string.format(order, run, number, items))
end

done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"seconds": %f, "answered": %d, "failed": %d, "p50_ms": %f, "p95_ms": %f, "p99_ms": %f}\n',
    summary.duration / 1e6, summary.requests - errors.status,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3))
end
