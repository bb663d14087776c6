-- A reply with one resource says its etag and, where it was created, its path: both are in the body as the transcoder wrote it.
--
-- A text of JSON has no quote without a backslash, so that what looks like the field is the field. The id is the first one, and
-- none before the etag has an etag inside (`envoy.resource_headers`).

local function has(condition, etag)
  for one in condition:gmatch("[^,%s]+") do
    if one == "*" or one:gsub("^W/", "") == etag then return true end
  end
end

function envoy_on_response(handle)
  local headers = handle:headers()
  local condition = headers:get("x-easyorder-if-none-match")
  if condition then headers:remove("x-easyorder-if-none-match") end
  if headers:get("content-type") ~= "application/json" or headers:get(":status") ~= "200" then return end
  local body = handle:body()
  local json = body:getBytes(0, body:length())
  -- From here on `headers` is no longer valid.
  local etag, id, path = json:match('"etag":"([^"]*)"'), json:match('^{"id":"([^"]+)"'), handle:filterContext():get("path")
  headers = handle:headers()
  if id and path ~= "" then headers:replace("location", path .. id) end
  if not etag or etag == "" then return end
  etag = '"' .. etag .. '"'
  headers:replace("etag", etag)
  if condition and has(condition, etag) then
    body:setBytes("")
    headers:replace(":status", "304")
    for _, name in ipairs({"content-type", "content-length"}) do headers:remove(name) end
  end
end
