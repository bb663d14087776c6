-- Refuses a JSON request whose query or body does not fit the contract, with the place of each fault as the caller wrote it.
--
-- The transcoder behind this filter drops unknown fields of a body without a word, lets a query overwrite what the path says,
-- and names no place as the caller wrote it. `envoy.bodies` puts tables before this text: MESSAGES has of each message type
-- its fields by both of their JSON names, {name, type, is_list}; a map has one field, "*". The type is that of a message or an
-- enum, or "string", "bool", "int32", "int64" or "double". ENUMS has the names and numbers of values. CALLS has the form of
-- requests: the message in the body, the fields in the query, the paths that have fields, and whether it is a page.

local MAX_BYTES = 1024 * 1024 -- what is longer is refused by the transcoder

local function decoded(text)
  return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

-- Adds the violations of a query, whose parameters are `fields`, and returns it as the transcoder takes it. Its length has
-- the limit of headers.
local function check_query(query, fields, violations)
  local counts = {}
  local parts = {}
  for parameter in query:gmatch("[^&]+") do
    if #violations == MAX_VIOLATIONS then break end
    parts[#parts + 1] = parameter
    local name, value = parameter:match("^([^=]*)=(.*)$")
    local field = fields[name or parameter]
    if not field then
      note(violations, name or parameter, "is not a parameter of this call")
    elseif not name then
      note(violations, parameter, "must have a value")
    else
      local nth = counts[field[1]] or 0
      counts[field[1]] = nth + 1
      value = decoded(value:gsub("%+", " "))
      local is_again = nth > 0 and not field[3]
      local fault, whole = is_again and "is given twice" or not_utf8_at(value) and "is not UTF-8", nil
      if not fault then
        fault, whole = fault_of(value, true, field[2])
      end
      if whole then parts[#parts] = name .. "=" .. whole end
      if fault then note(violations, field[3] and name .. "[" .. nth .. "]" or name, fault) end
    end
  end
  return table.concat(parts, "&")
end

-- What the path says of fields, by their names in the body.
local function bound_by(path, templates)
  for _, template in ipairs(templates) do
    local values = {path:match(template[1])}
    if #values > 0 then
      local bound = {}
      for index, value in ipairs(values) do bound[template[index + 1]] = decoded(value) end
      return bound
    end
  end
  return {}
end

local function refuse(handle, violations)
  local said = {}
  for index = 1, math.min(3, #violations) do
    said[index] = violations[index].field .. " " .. violations[index].description
  end
  local more = #violations - #said
  local message = table.concat(said, "; ") .. (more > 0 and "; and " .. more .. " more" or "")
  handle:streamInfo():dynamicMetadata():set("easyorder.request", "violations", violations)
  handle:respond({[":status"] = "400"}, message)
end

local function check(handle)
  local call = CALLS[tonumber(handle:filterContext():get("call"))]
  local headers, violations = handle:headers(), {}
  local path, query = headers:get(":path"):match("^([^?]*)%??(.*)$")
  if call.is_page then
    headers:replace(":path", path)
    return
  end
  local asked, removed = query, handle:filterContext():get("removed")
  if removed then
    -- Envoy's own removal of a parameter would decode the others, and leave them so.
    query = ("&" .. query):gsub("&" .. removed .. "=[^&]*", ""):sub(2)
  end
  local ignores_unknown = (headers:get("x-easyorder-ignore-unknown-fields") or ""):lower() == "true"
  if query ~= "" then query = check_query(query, call.parameters, violations) end
  if query ~= asked then headers:replace(":path", query == "" and path or path .. "?" .. query) end
  if call.message then
    -- From here on `headers` is no longer valid.
    local body = handle:body()
    local length = body and body:length() or 0
    if length > MAX_BYTES then return end
    if length == 0 then
      note(violations, "body", "is required, {} at least")
    else
      local bound = bound_by(path, call.paths)
      local found, rewritten = check_body(body:getBytes(0, length), MESSAGES[call.message], bound, ignores_unknown)
      for _, violation in ipairs(found) do note(violations, violation.field, violation.description) end
      if rewritten then body:setBytes(rewritten) end
    end
  end
  if #violations > 0 then refuse(handle, violations) end
end

-- Envoy forwards a request whose script fails.
function envoy_on_request(handle)
  local is_checked, fault = pcall(check, handle)
  if not is_checked then
    handle:logErr(tostring(fault))
    handle:respond({[":status"] = "500"}, "")
  end
end
