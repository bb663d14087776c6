-- Gives each server-sent event the id that a browser's EventSource sends back as Last-Event-ID when it reconnects.
--
-- The transcoder writes each message as a line that begins with its first field; inside of JSON texts, quotes are escaped.
-- A stream without any event is answered with 204, which stops EventSource.

local FIRST_FIELD = 'data: {"resumeToken":"([%w_-]+)"'

function envoy_on_response(handle)
  local headers = handle:headers()
  if headers:get("content-type") ~= "text/event-stream" then return end
  if headers:get("grpc-status") == "0" then
    headers:replace(":status", "204")
    for _, name in ipairs({"content-type", "content-length", "grpc-status", "grpc-message"}) do headers:remove(name) end
    return
  end
  for chunk in handle:bodyChunks() do
    local events, count = chunk:getBytes(0, chunk:length()):gsub(FIRST_FIELD, "id: %1\n%0")
    if count > 0 then chunk:setBytes(events) end
  end
end
