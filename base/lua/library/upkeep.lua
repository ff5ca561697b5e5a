-- require "upkeep" and the other modules.
local core, shared = ...
local fail, suggest, names_of, kind_of = core.fail, shared.suggest, shared.names_of, shared.kind_of
local setmetatable, getmetatable, rawget, rawlen, rawequal = setmetatable, getmetatable, rawget, rawlen, rawequal
local type, next, pcall, error, select, ipairs = type, next, pcall, error, select, ipairs
local format, match, concat, tointeger = string.format, string.match, table.concat, math.tointeger

--- What pairs goes through: a copy, since the table itself can't be changed.
local function listing(functions)
  local copy = {}
  for name, value in next, functions do copy[name] = value end
  return next, copy
end

--- A module table: unknown names raise with the nearest one, and nothing can be set. Known ones are
--- found without a call: a check asks for upkeep.items some thousand times.
local function module_of(name, functions)
  setmetatable(functions, { __index = function(_, key)
    fail(format("%s has no function '%s'%s", name, tostring(key), suggest(key, names_of(functions))))
  end })
  return setmetatable({}, {
    __index = functions,
    __newindex = function() fail(name .. " can't be changed") end,
    __pairs = function() return listing(functions) end,
    __metatable = false,
  })
end

local upkeep = { now = core.now, age = shared.age, bytes = shared.bytes, quantity = shared.quantity, percent = shared.percent }

function upkeep.playbook(playbook)
  if type(playbook) ~= "table" then fail("upkeep.playbook needs a table, not " .. kind_of(playbook)) end
  return playbook
end

function upkeep.is_null(value) return value == nil or core.is_null(value) end

function upkeep.parse_time(text)
  if text == nil or core.is_null(text) then return nil end
  if type(text) ~= "string" then fail("upkeep.parse_time needs text, not " .. kind_of(text)) end
  return core.parse_time(text)
end

function upkeep.array(list)
  if type(list) ~= "table" then fail("upkeep.array needs a table, not " .. kind_of(list)) end
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
    fail(call .. " needs a list, not " .. kind_of(list))
  end
  local count = rawlen(list)
  if count == 0 and next(list) ~= nil then fail(call .. " needs a list, and this table has keys; use pairs") end
  local at = 0
  return function()
    at = at + 1
    if at <= count then return list[at] end
  end
end

function upkeep.items(list) return items("upkeep.items", list) end

function upkeep.each(list, options, fn)
  if type(fn) ~= "function" then fail "upkeep.each is called as upkeep.each(list, {at_once = n}, function(item) ... end)" end
  if options ~= nil and type(options) ~= "table" then fail("the options of upkeep.each are " .. kind_of(options) .. ", not a table") end
  local at_once = 8
  for key, value in next, options or {} do
    if key ~= "at_once" then fail(format("upkeep.each has no option '%s'%s", tostring(key), suggest(key, { "at_once" }))) end
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

--- What pcall gave, with an error as a table; a spent budget goes on up.
local function tried(ok, ...)
  if ok then return ... end
  local problem = ...
  if problem == "not enough memory" then error(problem, 0) end
  if type(problem) == "table" and type(rawget(problem, "reason")) == "string" then return nil, problem end
  return nil, { reason = "error", message = type(problem) == "string" and problem or "it raised " .. kind_of(problem) }
end

function upkeep.try(fn, ...)
  if type(fn) ~= "function" then fail("upkeep.try needs a function and its arguments, not " .. kind_of(fn)) end
  return tried(pcall(fn, ...))
end

shared.upkeep, shared.listing = upkeep, listing
local loaded = { upkeep = module_of("upkeep", upkeep) }

local function host_module(name)
  local full = "upkeep." .. name
  local names = core.host_functions(name)
  if not names then  -- No target: the file is only read. Any name will do until it is called.
    return setmetatable({}, { __index = function(_, key) return core.host_function(name, tostring(key)) end, __metatable = false })
  end
  if #names == 0 then
    return setmetatable({}, { __index = function() fail("this target has no module " .. full) end, __metatable = false })
  end
  local functions = {}
  for _, key in ipairs(names) do functions[key] = core.host_function(name, key) end
  return module_of(full, functions)
end

local loading = {}

shared.globals.require = function(name)
  if type(name) ~= "string" then fail("require needs a module's name, not " .. kind_of(name)) end
  local found = loaded[name]
  if found ~= nil then return found end
  local host = match(name, "^upkeep%.([a-z][a-z0-9_]*)$")
  local library = match(name, "^lib%.(.+)$")
  if host then
    found = host_module(host)
  elseif library then
    if loading[name] then fail(name .. " is still loading, and is required again: a module can't require itself") end
    local chunk = core.load_module(library)
    loading[name] = true
    local ok
    ok, found = pcall(chunk)
    loading[name] = nil
    if not ok then error(found, 0) end
    if found == nil then fail(name .. " returns nothing; end it with return") end
  else
    fail(format("there is no module '%s'; a playbook has upkeep, upkeep.MODULE and lib.NAME", name))
  end
  loaded[name] = found
  return found
end
