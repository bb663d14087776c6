-- Replies to HEAD, those of GET without their bodies, and errors of services with the members of RFC 9457 for those who accept
-- application/problem+json. Only requests that want such a reply pass through this script; the filters behind it see what it
-- makes of them. Errors of Envoy's own have the members already: see local_replies.py.

local NAMESPACE = "easyorder.reply"
local PROBLEM = "application/problem+json"
-- How the transcoder writes an error; a text of JSON has no quote without a backslash.
local MESSAGE, REASON = '^{"code":%d+,"message":"(.-)","details":%[', '"reason":"([%u%d_]+)"'
local MEMBERS = '{"type":"/docs/guide/errors#%s","title":"%s","status":%s,"detail":"%s","instance":"urn:uuid:%s",'

function envoy_on_request(handle)
  local headers, wanted = handle:headers(), handle:streamInfo():dynamicMetadata()
  if headers:get(":method") == "HEAD" then
    headers:replace(":method", "GET")
    headers:replace("x-envoy-head", "true") -- a service ends a stream after its first message
    wanted:set(NAMESPACE, "is_head", true)
  end
  if (headers:get("accept") or ""):find(PROBLEM, 1, true) then
    headers:replace("x-envoy-problem", "true")
    wanted:set(NAMESPACE, "problem_id", headers:get("x-request-id"))
  end
end

local function add_members(handle, id)
  local headers = handle:headers()
  local status = headers:get(":status")
  if tonumber(status) < 400 or headers:get("content-type") ~= "application/json" then return end
  local body = handle:body()
  local json = body:getBytes(0, body:length())
  local detail, reason = json:match(MESSAGE), json:match(REASON)
  if not detail or not reason then return end
  local title = reason:sub(1, 1) .. reason:sub(2):lower():gsub("_", " ")
  body:setBytes(MEMBERS:format(reason:lower(), title, status, detail, id) .. json:sub(2))
  handle:headers():replace("content-type", PROBLEM)
end

function envoy_on_response(handle)
  local wanted = handle:streamInfo():dynamicMetadata():get(NAMESPACE)
  if not wanted then return end
  if wanted.problem_id then add_members(handle, wanted.problem_id) end
  if wanted.is_head then
    for chunk in handle:bodyChunks() do chunk:setBytes("") end
  end
end
