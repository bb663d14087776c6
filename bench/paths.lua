-- wrk: GETs the paths of a file, one after the other, again and again.
dofile(os.getenv("BENCH_LUA"))

request = function()
  local headers, path = next_request()
  return wrk.format("GET", path, headers)
end
