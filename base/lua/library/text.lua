-- Text for people: near words, ages, sizes, quantities, rendered messages.
local core, shared = ...
local fail = core.fail

--- The edits between two words, or `most` + 1 when there are more.
local function distance(a, b, most)
  if math.abs(#a - #b) > most then return most + 1 end
  local row = {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local diagonal, best = row[0], i
    row[0] = i
    for j = 1, #b do
      local cost = string.byte(a, i) == string.byte(b, j) and 0 or 1
      local value = math.min(row[j] + 1, row[j - 1] + 1, diagonal + cost)
      diagonal, row[j] = row[j], value
      best = math.min(best, value)
    end
    if best > most then return most + 1 end
  end
  return row[#b]
end

--- " (did you mean 'x'?)" for the name nearest to `word` among `names` (a list), or "".
function shared.suggest(word, names)
  if type(word) ~= "string" or #word > 60 then return "" end
  local most = #word <= 3 and 1 or #word <= 7 and 2 or 3
  local best, found
  for _, name in ipairs(names) do
    local edits = distance(word, name, most)
    if edits <= most and edits < math.max(#word, #name) and (not best or edits < best or (edits == best and name < found)) then
      best, found = edits, name
    end
  end
  return found and string.format(" (did you mean '%s'?)", found) or ""
end

--- The text keys of a table, sorted.
function shared.names_of(table_)
  local names = {}
  for name in next, table_ do
    if type(name) == "string" then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

function shared.is_finite(value)
  return type(value) == "number" and value == value and value ~= math.huge and value ~= -math.huge
end

--- "table", "nil", "text" …, as a message calls a value.
function shared.kind_of(value)
  if core.is_null(value) then return "a JSON null" end
  local kind = type(value)
  if kind == "nil" then return "nil" end
  if kind == "userdata" then return "a document" end
  if kind == "string" then return "text" end
  return "a " .. kind
end

local function need_number(value, what)
  if not shared.is_finite(value) then fail(what .. " needs a number, not " .. shared.kind_of(value)) end
end

-- { English, Korean, seconds }
local UNITS = { { " d", "일", 86400 }, { " h", "시간", 3600 }, { " min", "분", 60 }, { " s", "초", 1 } }

--- {en, ko} of a duration, by its two largest units.
function shared.age(seconds)
  need_number(seconds, "upkeep.age")
  local sign = seconds <= -1 and "-" or ""
  local left = math.floor(math.abs(seconds))
  if left > 1e15 then fail "upkeep.age was given more seconds than any age has" end
  for i, unit in ipairs(UNITS) do
    if left >= unit[3] or i == #UNITS then
      local count = left // unit[3]
      local en = string.format("%s%d%s", sign, count, unit[1])
      local ko = string.format("%s%d%s", sign, count, unit[2])
      local next_unit = UNITS[i + 1]
      local rest = next_unit and (left % unit[3]) // next_unit[3] or 0
      if rest > 0 then
        en = string.format("%s %d%s", en, rest, next_unit[1])
        ko = string.format("%s %d%s", ko, rest, next_unit[2])
      end
      return { en = en, ko = ko }
    end
  end
end

local function short(number)
  local text = string.format("%.1f", number)
  return string.sub(text, -2) == ".0" and string.sub(text, 1, -3) or text
end

function shared.bytes(count)
  need_number(count, "upkeep.bytes")
  local size = math.abs(count)
  if size < 1024 then return short(count) .. " B" end
  local names = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" }
  local at = 0
  -- 1023.96 KiB would be shown as 1024 KiB.
  while size >= 1023.95 and at < #names do
    size = size / 1024
    at = at + 1
  end
  return string.format("%s%s %s", count < 0 and "-" or "", short(size), names[at])
end

local FACTORS = {
  n = 1e-9, u = 1e-6, m = 1e-3, [""] = 1, k = 1000, M = 1000 ^ 2, G = 1000 ^ 3, T = 1000 ^ 4, P = 1000 ^ 5, E = 1000 ^ 6,
  Ki = 1024, Mi = 1024 ^ 2, Gi = 1024 ^ 3, Ti = 1024 ^ 4, Pi = 1024 ^ 5, Ei = 1024 ^ 6,
}
local DIVISORS = { n = 1e9, u = 1e6, m = 1e3 }

local function read_quantity(text)
  local digits, suffix = string.match(text, "^([+-]?%d*%.?%d*)(.*)$")
  if not digits or not string.find(digits, "%d") then return nil end
  local number
  if string.find(suffix, "^[eE][+-]?%d+$") then
    number = tonumber(digits .. suffix)
  elseif DIVISORS[suffix] then
    number = tonumber(digits) / DIVISORS[suffix]  -- 250 / 1000 is exact where 250 * 0.001 is not.
  elseif FACTORS[suffix] then
    number = tonumber(digits) * FACTORS[suffix]
  end
  if not shared.is_finite(number) then return nil end
  return math.tointeger(number) or number
end

-- A thousand containers have a handful of limits; the table is bounded for those who have more.
local quantities, known = {}, 0

--- A Kubernetes quantity as a number, or nil.
function shared.quantity(text)
  if type(text) == "number" then return text end
  if type(text) ~= "string" or #text > 64 then return nil end
  local number = quantities[text]
  if number == nil then
    number = read_quantity(text) or false
    if known < 1000 then quantities[text], known = number, known + 1 end
  end
  return number or nil
end

function shared.percent(part, whole)
  if part == nil or whole == nil or core.is_null(part) or core.is_null(whole) then return nil end
  need_number(part, "upkeep.percent")
  need_number(whole, "upkeep.percent")
  if whole == 0 then return nil end
  return part * 100 / whole
end

local function shown_number(value)
  local whole = math.tointeger(value)
  if whole then return string.format("%d", whole) end
  if not shared.is_finite(value) then return tostring(value) end
  if math.abs(value) < 0.01 then return string.format("%.3g", value) end
  local text = string.format("%.2f", value)
  text = string.match(text, "^(.-)0*$")
  return string.sub(text, -1) == "." and string.sub(text, 1, -2) or text
end

local function shown(name, value, language)
  local kind = type(value)
  -- The message of an error that upkeep.try caught, say, has a Korean of its own.
  if kind == "string" then return language == "ko" and core.in_korean(value) or value end
  if kind == "number" then return shown_number(value) end
  if kind == "boolean" then return tostring(value) end
  if kind == "table" then
    local text = rawget(value, language)
    if type(text) == "string" and type(rawget(value, "en")) == "string" then return text end
  end
  fail(string.format("the value of {%s} is %s; give text, a number, a boolean or {en, ko}", name, shared.kind_of(value)))
end

--- The message `name` of `messages` with `values` in its {placeholders}, as {en, ko}.
function shared.render(call, messages, name, values)
  if type(name) ~= "string" then fail(call .. " needs message, the name of one in the head's messages") end
  local message = type(messages) == "table" and rawget(messages, name) or nil
  if type(message) ~= "table" then
    local names = type(messages) == "table" and shared.names_of(messages) or {}
    fail(string.format("%s: the head has no message '%s'%s", call, name, shared.suggest(name, names)))
  end
  if values ~= nil and type(values) ~= "table" then fail(call .. ": values is " .. shared.kind_of(values) .. ", not a table") end
  local summary = {}
  for _, language in ipairs { "en", "ko" } do
    local template = rawget(message, language)
    if type(template) ~= "string" then fail(string.format("%s: message '%s' has no text in %s", call, name, language)) end
    summary[language] = shared.gsub(template, "{([%a_][%w_]*)}", function(key)
      local value = values and rawget(values, key)
      if value == nil then
        fail(string.format("%s: message '%s' needs a value for {%s}%s", call, name, key, shared.suggest(key, shared.names_of(values or {}))))
      end
      return shown(key, value, language)
    end)
  end
  return summary
end
