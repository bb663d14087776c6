-- wrk: GETs the paths of a file, one after the other, again and again.
local headers = {[os.getenv("BENCH_HEADER")] = os.getenv("BENCH_HEADER_VALUE")}
local token, paths, number = os.getenv("BENCH_TOKEN"), {}, 0
if token ~= "" then headers["authorization"] = "Bearer " .. token end
for path in io.lines(os.getenv("BENCH_PATHS")) do
  table.insert(paths, path)
end

dofile(os.getenv("BENCH_SUMMARY"))

request = function()
  number = number % #paths + 1
  return wrk.format("GET", paths[number], headers)
end
