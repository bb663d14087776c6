-- wrk: every request is an order of its own, as a shopper's page sends it.
local order = [[{"requestId":"%s-%d","currencyCode":"USD","items":[%s],"payment":{"method":"PAYMENT_METHOD_CARD","token":"tok_ok"}}]]
local headers = {
  ["content-type"] = "application/json",
  ["authorization"] = "Bearer " .. os.getenv("BENCH_TOKEN"),
  [os.getenv("BENCH_HEADER")] = os.getenv("BENCH_HEADER_VALUE"),
}
local run, items, number = os.getenv("BENCH_RUN"), os.getenv("BENCH_ITEMS"), 0

dofile(os.getenv("BENCH_SUMMARY"))

request = function()
  number = number + 1
  return wrk.format("POST", "/api/v1/orders", headers, string.format(order, run, number, items))
end
