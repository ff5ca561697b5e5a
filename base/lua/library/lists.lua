-- Lists of a playbook: going through them, alone or side by side; and times, which are in them.
local core, shared = ...
local fail = core.fail
local setmetatable, getmetatable, rawlen, type, next = setmetatable, getmetatable, rawlen, type, next
local format, tointeger = string.format, math.tointeger

function shared.parse_time(text)
  if text == nil or core.is_null(text) then return nil end
  if type(text) ~= "string" then fail("upkeep.parse_time needs text, not " .. shared.kind_of(text)) end
  return core.parse_time(text)
end

function shared.array(list)
  if type(list) ~= "table" then fail("upkeep.array needs a table, not " .. shared.kind_of(list)) end
  local meta = getmetatable(list)
  if meta ~= nil and meta ~= false then fail "upkeep.array was given a table with a metatable of its own" end
  if meta == nil then setmetatable(list, core.array_meta) end
  return list
end

--- An iterator over documents or a table's 1..n.
local function items(call, list)
  local next_item = core.items(list)
  if next_item then return next_item end
  if type(list) ~= "table" then
    if type(list) == "userdata" and not core.is_null(list) then fail(call .. " needs a list, and this document is an object; use pairs") end
    fail(call .. " needs a list, not " .. shared.kind_of(list))
  end
  local count = rawlen(list)
  if count == 0 and next(list) ~= nil then fail(call .. " needs a list, and this table has keys; use pairs") end
  local at = 0
  return function()
    at = at + 1
    if at <= count then return list[at] end
  end
end

function shared.items(list) return items("upkeep.items", list) end

function shared.each(list, options, fn)
  if type(fn) ~= "function" then fail "upkeep.each is called as upkeep.each(list, {at_once = n}, function(item) ... end)" end
  if options ~= nil and type(options) ~= "table" then fail("the options of upkeep.each are " .. shared.kind_of(options) .. ", not a table") end
  local at_once = 8
  for key, value in next, options or {} do
    if key ~= "at_once" then fail(format("upkeep.each has no option '%s'%s", tostring(key), shared.suggest(key, { "at_once" }))) end
    at_once = tointeger(value)
    if not at_once or at_once < 1 or at_once > 256 then fail "at_once of upkeep.each is a whole number from 1 to 256" end
  end
  local all, count = {}, 0
  for item in items("upkeep.each", list) do
    count = count + 1
    all[count] = item
  end
  if count > 0 then core.each { all, fn, count, at_once } end
end
