-- wrk: every request is an order of its own, as a shopper's page sends it.
local order = [[{"requestId":"%s-%d","currencyCode":"USD","items":%s,"payment":{"method":"PAYMENT_METHOD_CARD","token":"tok_ok"}}]]
local run = os.getenv("BENCH_RUN")

dofile(os.getenv("BENCH_LUA"))

request = function()
  local headers, items, number = next_request()
  headers["content-type"] = "application/json"
  return wrk.format("POST", "/api/v1/orders", headers, string.format(order, run, number, items))
end
