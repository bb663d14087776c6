-- Refuses a JSON body that is not JSON, or that has a field which the contract does not know, a field twice, or a value
-- that its field cannot have.
--
-- The transcoder behind this filter drops unknown fields without a word, and names no place of a value as the caller wrote
-- it. `envoy.bodies` puts MESSAGES before this text: for each message type its fields by both of their JSON names,
-- {name, type}; a map has one field, "*". The type is that of a message or an enum, or "string", "bool", "int32", "int64" or
-- "double"; the transcoder checks the others. ENUMS has the names of values. Time is linear in the length of the body, and
-- bounded: by MAX_BYTES, MAX_VALUES and MAX_DEPTH.

local byte, find, sub = string.byte, string.find, string.sub

local MAX_BYTES = 1024 * 1024 -- what is longer is refused by the transcoder
local MAX_VALUES = 20000
local MAX_DEPTH = 32
local MAX_VIOLATIONS = 10
local MAX_NAME = 100

local QUOTE, BACKSLASH, COMMA, COLON = byte('"'), byte("\\"), byte(","), byte(":")
local OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY = byte("{"), byte("}"), byte("["), byte("]")
local U = byte("u")
-- The largest value of each whole number; of int64 the nearest that a number can be here.
local WHOLE = {int32 = 2147483647, int64 = 9223372036854775807}

local function broken(at)
  error({message = "the body is not JSON at byte " .. at}, 0)
end

local function after_space(text, at)
  local _, last = find(text, "^[ \t\r\n]*", at)
  return last + 1
end

-- The place after a string's closing quote, and whether there are escapes in it; `at` is after the opening one.
local function after_string(text, at)
  local has_escapes = false
  while true do
    local stop = find(text, '[%z\1-\31"\\]', at)
    local found = stop and byte(text, stop)
    if found == QUOTE then
      return stop + 1, has_escapes
    elseif found ~= BACKSLASH then
      broken(stop or #text + 1)
    end
    has_escapes = true
    if byte(text, stop + 1) == U then
      if not find(text, "^%x%x%x%x", stop + 2) then broken(stop) end
      at = stop + 6
    else
      if not find(text, '^["\\/bfnrt]', stop + 1) then broken(stop) end
      at = stop + 2
    end
  end
end

local SHORT = {b = "\b", f = "\f", n = "\n", r = "\r", t = "\t"}

-- A name without its escapes. The contract's names are ASCII, so that other characters may stay as they are.
local function unescaped(name)
  name = name:gsub("\\u(%x%x%x%x)", function(digits)
    local code = tonumber(digits, 16)
    if code < 128 and code ~= 92 then return string.char(code) end
  end)
  return (name:gsub('\\(["\\/bfnrt])', function(letter) return SHORT[letter] or letter end))
end

local function after_scalar(text, at)
  local _, last = find(text, "^-?%d[%d.eE+-]*", at)
  if not last then
    local _, word = find(text, "^%a+", at)
    local literal = word and sub(text, at, word)
    if literal == "true" or literal == "false" or literal == "null" then last = word end
  end
  if not last then broken(at) end
  return last + 1
end

-- One walk through a body. `path` holds what leads to the present value: names, and numbers from 0 in arrays.
local Walk = {}
Walk.__index = Walk

-- Notes a violation of what the path leads to, or of a `name` in it.
function Walk:violate(name, description)
  local violations = self.violations
  if #violations == MAX_VIOLATIONS then return end
  local parts = {}
  for depth = 1, self.depth do
    local step = self.path[depth]
    if type(step) == "number" then
      parts[#parts] = (parts[#parts] or "") .. "[" .. step .. "]"
    elseif step then
      parts[#parts + 1] = step
    end
  end
  if name then parts[#parts + 1] = sub(name, 1, MAX_NAME) end
  violations[#violations + 1] = {field = table.concat(parts, "."), description = description, reason = ""}
end

function Walk:enter(at)
  self.depth = self.depth + 1
  if self.depth > MAX_DEPTH then error({message = "the body is nested too deeply at byte " .. at}, 0) end
end

function Walk:object(text, at, fields)
  self:enter(at)
  local seen = fields and {}
  at = after_space(text, at)
  if byte(text, at) == CLOSE_OBJECT then
    self.depth = self.depth - 1
    return at + 1
  end
  while true do
    if byte(text, at) ~= QUOTE then broken(at) end
    local stop, has_escapes = after_string(text, at + 1)
    local type_of_value
    if fields then
      local name = sub(text, at + 1, stop - 2)
      if has_escapes then name = unescaped(name) end
      local field = fields[name] or fields["*"]
      self.path[self.depth] = false
      if field then
        local canonical = field[1] or name
        if seen[canonical] then self:violate(name, "is given twice") end
        seen[canonical] = true
        self.path[self.depth] = name
        type_of_value = field[2]
      elseif not self.ignores_unknown then
        self:violate(name, "is not a field of this request")
      end
    end
    at = after_space(text, stop)
    if byte(text, at) ~= COLON then broken(at) end
    at = after_space(text, self:value(text, after_space(text, at + 1), type_of_value))
    local separator = byte(text, at)
    if separator == CLOSE_OBJECT then
      self.depth = self.depth - 1
      return at + 1
    elseif separator ~= COMMA then
      broken(at)
    end
    at = after_space(text, at + 1)
  end
end

function Walk:array(text, at, type_of_value)
  self:enter(at)
  local index = 0
  at = after_space(text, at)
  if byte(text, at) == CLOSE_ARRAY then
    self.depth = self.depth - 1
    return at + 1
  end
  while true do
    self.path[self.depth] = index
    at = after_space(text, self:value(text, at, type_of_value))
    local separator = byte(text, at)
    if separator == CLOSE_ARRAY then
      self.depth = self.depth - 1
      return at + 1
    elseif separator ~= COMMA then
      broken(at)
    end
    index = index + 1
    at = after_space(text, at + 1)
  end
end

-- What is wrong with a scalar, as it is written, of a type; nil if nothing is, or the transcoder has to decide.
local function fault_of(written, type_of_value)
  local is_text = byte(written) == QUOTE
  local content = is_text and sub(written, 2, -2) or written
  if MESSAGES[type_of_value] then
    return "must be an object"
  elseif type_of_value == "string" then
    return not is_text and "must be a text" or nil
  elseif type_of_value == "bool" then
    return content ~= "true" and content ~= "false" and "must be true or false" or nil
  elseif WHOLE[type_of_value] then
    local number = find(content, "^-?%d") and tonumber(content)
    if not number or number % 1 ~= 0 then return "must be a whole number" end
    local most = WHOLE[type_of_value]
    return (number < -most - 1 or number > most) and "is too large a number" or nil
  elseif type_of_value == "double" then
    return not tonumber(content) and content ~= "NaN" and not find(content, "^-?Infinity$") and "must be a number" or nil
  end
  local known = ENUMS[type_of_value]
  if known and not known[content] and not tonumber(content) then return "must be one of " .. known[1] end
end

-- The place after the value at `at`; its type is nil for anything.
function Walk:value(text, at, type_of_value)
  self.values = self.values + 1
  if self.values > MAX_VALUES then error({message = "the body has more than " .. MAX_VALUES .. " values"}, 0) end
  local first = byte(text, at)
  if first == OPEN_OBJECT then
    local fields = MESSAGES[type_of_value]
    if type_of_value and not fields then self:violate(nil, "must not be an object") end
    return self:object(text, at + 1, fields)
  elseif first == OPEN_ARRAY then
    return self:array(text, at + 1, type_of_value)
  end
  local stop = first == QUOTE and after_string(text, at + 1) or after_scalar(text, at)
  local written = type_of_value and sub(text, at, stop - 1)
  local fault = written and written ~= "null" and fault_of(written, type_of_value)
  if fault then self:violate(nil, fault) end
  return stop
end

-- Violations of a body that should be a message; raises {message} where it is not JSON.
local function check(text, fields, ignores_unknown)
  local state = {path = {}, depth = 0, values = 0, violations = {}, ignores_unknown = ignores_unknown}
  local walk = setmetatable(state, Walk)
  local at = after_space(text, 1)
  if byte(text, at) ~= OPEN_OBJECT then error({message = "the body must be a JSON object"}, 0) end
  at = after_space(text, walk:object(text, at + 1, fields))
  if at <= #text then broken(at) end
  return walk.violations
end

local function refuse(handle, message, violations)
  handle:streamInfo():dynamicMetadata():set("easyorder.body", "violations", violations)
  handle:respond({[":status"] = "400"}, message)
end

function envoy_on_request(handle)
  local fields = MESSAGES[handle:filterContext():get("message")]
  local body = handle:body()
  if body == nil or body:length() == 0 then
    refuse(handle, "a JSON body is required, {} at least", {{field = "body", description = "is required", reason = ""}})
    return
  end
  if body:length() > MAX_BYTES then return end
  local ignores = handle:headers():get("x-easyorder-ignore-unknown-fields")
  local ignores_unknown = ignores ~= nil and ignores:lower() == "true"
  local is_json, found = pcall(check, body:getBytes(0, body:length()), fields, ignores_unknown)
  if not is_json then
    local message = type(found) == "table" and found.message or "the body cannot be read"
    refuse(handle, message, {{field = "body", description = message, reason = ""}})
  elseif #found > 0 then
    refuse(handle, found[1].field .. " " .. found[1].description, found)
  end
end
