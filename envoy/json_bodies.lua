-- Walks through a JSON body, and finds what is not JSON, a field that the contract does not know, a field twice, and a value
-- that its field cannot have. Time is linear in the length of the body, and bounded by MAX_VALUES and MAX_DEPTH.

local MAX_VALUES = 20000
local MAX_DEPTH = 32
local MAX_VIOLATIONS = 10
local MAX_NAME = 100
local MAX_FIELD = 500

local QUOTE, BACKSLASH, COMMA, COLON = byte('"'), byte("\\"), byte(","), byte(":")
local OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY = byte("{"), byte("}"), byte("["), byte("]")
local U, N, SPACE = byte("u"), byte("n"), byte(" ")

local function broken(at)
  error({description = "is not JSON at byte " .. at}, 0)
end

local function after_space(text, at)
  if (byte(text, at) or 0) > SPACE then return at end
  local _, last = find(text, "^[ \t\r\n]*", at)
  return last + 1
end

-- The place after a string's closing quote, and whether there are escapes in it; `at` is after the opening one. A plain text
-- has printable ASCII only and no escapes: then the next quote is the closing one.
local function after_string(text, at, is_plain)
  if is_plain then return (find(text, '"', at, true) or broken(#text + 1)) + 1, false end
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
      if find(text, "^[dD][89a-fA-F]", stop + 2) then
        local is_pair = find(text, "^[dD][89abAB]%x%x\\u[dD][c-fC-F]%x%x", stop + 2)
        if not is_pair then error({description = "has half of a surrogate pair at byte " .. stop}, 0) end
        at = stop + 12
      end
    else
      if not find(text, '^["\\/bfnrt]', stop + 1) then broken(stop) end
      at = stop + 2
    end
  end
end

local function after_scalar(text, at)
  local _, digits = find(text, "^[1-9]%d*", at)
  if digits and not find(text, "^[.eE]", digits + 1) then return digits + 1 end
  local _, last = find(text, "^-?%d+", at)
  if last then
    if find(text, "^-?0%d", at) then broken(at) end
    local _, fraction = find(text, "^%.%d+", last + 1)
    local _, exponent = find(text, "^[eE][+-]?%d+", (fraction or last) + 1)
    return (exponent or fraction or last) + 1
  end
  local _, word = find(text, "^%a+", at)
  local literal = word and sub(text, at, word)
  if literal ~= "true" and literal ~= "false" and literal ~= "null" then broken(at) end
  return word + 1
end

local function note(violations, field, description)
  if #violations == MAX_VIOLATIONS then return end
  violations[#violations + 1] =
    {field = shortened(field, MAX_FIELD), description = description, reason = "INVALID_ARGUMENT"}
end

-- One walk through a body. `path` holds what leads to the present value: names, and numbers from 0 in arrays; `bound` are
-- the values of the top fields that the URL has, too.
local Walk = {}
Walk.__index = Walk

-- Notes a violation of what the path leads to, or of a `name` in it.
function Walk:violate(name, description)
  local parts = {}
  for depth = 1, self.depth do
    local step = self.path[depth]
    if type(step) == "number" then
      parts[#parts] = (parts[#parts] or "") .. "[" .. step .. "]"
    elseif step then
      parts[#parts + 1] = step
    end
  end
  parts[#parts + 1] = name and shortened(name, MAX_NAME)
  note(self.violations, table.concat(parts, "."), description)
end

function Walk:enter(at)
  self.depth = self.depth + 1
  if self.depth > MAX_DEPTH then error({description = "is nested too deeply at byte " .. at}, 0) end
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
    local stop, has_escapes = after_string(text, at + 1, self.is_plain)
    local field
    if fields then
      local name = sub(text, at + 1, stop - 2)
      if has_escapes then name = unescaped(name) end
      field = fields[name] or fields["*"]
      self.path[self.depth] = false
      if field then
        local canonical = field[1] or name
        if seen[canonical] then self:violate(name, "is given twice") end
        seen[canonical] = true
        self.path[self.depth] = name
      elseif not self.ignores_unknown then
        self:violate(name, "is not a field of this request")
      end
    end
    at = after_space(text, stop)
    if byte(text, at) ~= COLON then broken(at) end
    local value_at = after_space(text, at + 1)
    at = self:field_value(text, value_at, field)
    local bound = self.depth == 1 and field and self.bound[field[1]]
    if bound and byte(text, value_at) == QUOTE and unescaped(sub(text, value_at + 1, at - 2)) ~= bound then
      self:violate(nil, "must be the same as in the path")
    end
    at = after_space(text, at)
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
    if type_of_value and byte(text, at) == N then self:violate(nil, "must not be null") end
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

-- The place after the value of a field; without a field, of anything.
function Walk:field_value(text, at, field)
  local type_of_value, is_list = field and field[2], field and field[3]
  local has_list = byte(text, at) == OPEN_ARRAY
  if is_list and has_list then
    self:count()
    return self:array(text, at + 1, type_of_value)
  elseif is_list and not find(text, "^null", at) then
    self:violate(nil, "must be a list")
    type_of_value = nil
  end
  return self:value(text, at, type_of_value)
end

function Walk:count()
  self.values = self.values + 1
  if self.values > MAX_VALUES then error({description = "has more than " .. MAX_VALUES .. " values"}, 0) end
end

-- The place after the value at `at`; its type is nil for anything.
function Walk:value(text, at, type_of_value)
  self:count()
  local first = byte(text, at)
  if first == OPEN_OBJECT then
    local fields = MESSAGES[type_of_value]
    if type_of_value and not fields then self:violate(nil, "must not be an object") end
    return self:object(text, at + 1, fields)
  elseif first == OPEN_ARRAY then
    if type_of_value then self:violate(nil, "must not be a list") end
    return self:array(text, at + 1)
  end
  local is_text = first == QUOTE
  local stop = is_text and after_string(text, at + 1, self.is_plain) or after_scalar(text, at)
  if type_of_value and not (is_text and type_of_value == "string") then
    local content = is_text and sub(text, at + 1, stop - 2) or sub(text, at, stop - 1)
    if is_text or content ~= "null" then
      local fault, name = fault_of(content, is_text, type_of_value)
      if fault then self:violate(nil, fault) end
      if name then self.names[#self.names + 1] = {at, stop, '"' .. name .. '"'} end
    end
  end
  return stop
end

local function walk_through(text, fields, walk)
  walk.is_plain = not find(text, "[^ -~]") and not find(text, "\\", 1, true)
  local no_text_at = not walk.is_plain and not_utf8_at(text)
  if no_text_at then error({description = "is not UTF-8 at byte " .. no_text_at}, 0) end
  local at = after_space(text, 1)
  if byte(text, at) ~= OPEN_OBJECT then error({description = "must be a JSON object"}, 0) end
  at = after_space(text, walk:object(text, at + 1, fields))
  if at <= #text then broken(at) end
end

-- The text with the whole names of enums' values; nil if it has only such.
local function with_names(text, names)
  if #names == 0 then return end
  local parts, last = {}, 1
  for _, name in ipairs(names) do
    parts[#parts + 1] = sub(text, last, name[1] - 1)
    parts[#parts + 1] = name[3]
    last = name[2]
  end
  return table.concat(parts) .. sub(text, last)
end

-- The violations of a body that should be a message, and the body as the transcoder takes it, if that is another text.
local function check_body(text, fields, bound, ignores_unknown)
  local state = {
    path = {}, depth = 0, values = 0, violations = {}, names = {}, bound = bound, ignores_unknown = ignores_unknown,
  }
  local walk = setmetatable(state, Walk)
  local is_json, fault = pcall(walk_through, text, fields, walk)
  if is_json then return walk.violations, with_names(text, walk.names) end
  local description = type(fault) == "table" and fault.description or "cannot be read"
  return {{field = "body", description = description}}
end
