-- wrk: what both scripts share: the next request with the next token, and the summary for bench/load.py to read.
local function lines(name)
  local found = {}
  for line in io.lines(os.getenv("BENCH_FOLDER") .. "/" .. name) do
    table.insert(found, line)
  end
  return found
end

local tokens, requests, number = lines("tokens"), lines("requests"), 0
local headers = {[os.getenv("BENCH_HEADER")] = os.getenv("BENCH_HEADER_VALUE")}

-- The headers, one of the requests in turn, and how many there were so far.
next_request = function()
  number = number + 1
  if #tokens > 0 then headers["authorization"] = "Bearer " .. tokens[number % #tokens + 1] end
  return headers, requests[number % #requests + 1], number
end

done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"seconds": %f, "answered": %d, "failed": %d, "p50_ms": %f, "p95_ms": %f, "p99_ms": %f}\n',
    summary.duration / 1e6, summary.requests - errors.status,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3))
end
