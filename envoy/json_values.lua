-- What is wrong with a single value of one of the contract's types: the same in a body and in a query.

local byte, find, sub = string.byte, string.find, string.sub

local SHORT = {b = "\b", f = "\f", n = "\n", r = "\r", t = "\t"}
-- The digits of the largest value of each whole number, and of the smallest without its sign.
local WHOLE = {int32 = {"2147483647", "2147483648"}, int64 = {"9223372036854775807", "9223372036854775808"}}
local DAYS = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

-- A text without its escapes. What the contract compares is ASCII, so that other characters may stay as they are.
local function unescaped(text)
  if not find(text, "\\", 1, true) then return text end
  text = text:gsub("\\u(%x%x%x%x)", function(digits)
    local code = tonumber(digits, 16)
    if code < 128 and code ~= 92 then return string.char(code) end
  end)
  return (text:gsub('\\(["\\/bfnrt])', function(letter) return SHORT[letter] or letter end))
end

-- The place of the first byte that is not UTF-8 (RFC 3629); nil without one.
local function not_utf8_at(text)
  local at = find(text, "[\128-\255]")
  while at and at <= #text do
    local lead = byte(text, at)
    if lead < 128 then
      at = at + 1
    else
      local more = lead < 0xE0 and 1 or lead < 0xF0 and 2 or 3
      local least = lead == 0xE0 and 0xA0 or lead == 0xF0 and 0x90 or 128
      local most = lead == 0xED and 0x9F or lead == 0xF4 and 0x8F or 191
      if lead < 0xC2 or lead > 0xF4 then return at end
      for place = at + 1, at + more do
        local follows = byte(text, place)
        if not follows or follows < least or follows > most then return at end
        least, most = 128, 191
      end
      at = at + more + 1
    end
  end
end

-- A text up to `max_bytes`, without a part of a character at the end.
local function shortened(text, max_bytes)
  local start = sub(text, 1, max_bytes)
  local part_at = #text > max_bytes and not_utf8_at(start)
  return part_at and sub(start, 1, part_at - 1) or start
end

local function fault_of_whole(content, is_text, bounds)
  if #content < 10 and find(content, "^%d+$") then return end
  local sign, digits = content:match("^(-?)(%d+)$")
  if digits then
    digits = sub(digits, find(digits, "[1-9]") or -1) -- one pattern for all of it would try each zero as the last one
  else
    -- JSON's 1e3 and 2.0 are whole numbers.
    local number = not is_text and tonumber(content)
    if not number or number % 1 ~= 0 then return "must be a whole number" end
    -- The transcoder reads it as a double, which would be another number.
    if math.abs(number) >= 2^53 then return "is too large for a point or an exponent: write all of its digits" end
    sign, digits = number < 0 and "-" or "", string.format("%.0f", math.abs(number))
  end
  local most = bounds[sign == "" and 1 or 2]
  return (#digits > #most or (#digits == #most and digits > most)) and "is too large a number" or nil
end

local function fault_of_time(content)
  local year, month, day, hour, minute, second, rest =
    content:match("^(%d%d%d%d)-(%d%d)-(%d%d)T(%d%d):(%d%d):(%d%d)(.*)$")
  local fraction, zone = (rest or ""):match("^%.(%d+)(.*)$")
  zone = zone or rest or ""
  local is_zone = zone == "Z" or find(zone, "^[+-][01]%d:[0-5]%d$") or find(zone, "^[+-]2[0-3]:[0-5]%d$")
  if not year or not is_zone or #(fraction or "") > 9 then return "must be a time, such as 2026-01-31T10:00:00Z" end
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  if year == 0 then return "must be in the years 1 to 9999" end
  local is_leap = year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
  local days = month == 2 and is_leap and 29 or DAYS[month] or 0
  local is_time = day >= 1 and day <= days and tonumber(hour) < 24 and tonumber(minute) < 60 and tonumber(second) <= 60
  return not is_time and "must be a time of the calendar, such as 2026-01-31T10:00:00Z" or nil
end

local function fault_of_mask(content)
  local count = 0
  for path in (content .. ","):gmatch("([^,]*),") do
    count = count + 1
    local is_path = find(path, "^[%a_][%w_.]*$") or (path == "*" and content == "*")
    if content ~= "" and not is_path then return "must be names of fields, separated by commas, or * alone" end
  end
end

-- What is wrong with the content of a value of a type; nil if nothing is, and then the whole name of an enum's value if the
-- content is a short one. In JSON `is_text` means that it stands in quotes; in a query everything is a text.
local function fault_of(content, is_text, type_of_value)
  if MESSAGES[type_of_value] then
    return "must be an object"
  elseif type_of_value == "string" then
    return not is_text and "must be a text" or nil
  end
  if is_text then content = unescaped(content) end
  if type_of_value == "bool" then
    return content ~= "true" and content ~= "false" and "must be true or false" or nil
  elseif WHOLE[type_of_value] then
    return fault_of_whole(content, is_text, WHOLE[type_of_value])
  elseif type_of_value == "double" then
    local is_number = find(content, "^[%d.eE+-]+$") and tonumber(content)
    return not is_number and content ~= "NaN" and not find(content, "^-?Infinity$") and "must be a number" or nil
  elseif type_of_value == "google.protobuf.Timestamp" then
    return fault_of_time(is_text and content or "")
  elseif type_of_value == "google.protobuf.FieldMask" then
    return fault_of_mask(is_text and content or "?")
  end
  local known = ENUMS[type_of_value]
  local name = known and known[content]
  if name == true then
    return
  elseif known and not name then
    return "must be one of " .. known[1]
  end
  return nil, name
end
