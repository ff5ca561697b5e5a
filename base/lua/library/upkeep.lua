-- require "upkeep" and the other modules.
local core, shared = ...
local fail = core.fail
local setmetatable, rawget = setmetatable, rawget
local type, next, pcall, error, select, ipairs = type, next, pcall, error, select, ipairs
local format, match = string.format, string.match

--- What pairs goes through: a copy, since the table itself can't be changed.
local function listing(functions)
  local copy = {}
  for name, value in next, functions do copy[name] = value end
  return next, copy
end

--- `functions` with all of those named in `late`, which are of parts that come later.
local function with(functions, late)
  for name in next, late do functions[name] = shared[name] end
  return functions
end

--- A module table: unknown names raise with the nearest one, and nothing can be set. Known ones are
--- found without a call: a check asks for upkeep.items some thousand times.
local function module_of(name, functions, late)
  setmetatable(functions, { __index = function(_, key)
    if late[key] then
      functions[key] = shared[key]
      return functions[key]
    end
    fail(format("%s has no function '%s'%s", name, tostring(key), shared.suggest(key, shared.names_of(with(functions, late)))))
  end })
  return setmetatable({}, {
    __index = functions,
    __newindex = function() fail(name .. " can't be changed") end,
    __pairs = function() return listing(with(functions, late)) end,
    __metatable = false,
  })
end

local upkeep = { now = core.now }
local late = { age = true, bytes = true, quantity = true, percent = true, parse_time = true, array = true, items = true, each = true }

function upkeep.playbook(playbook)
  if type(playbook) ~= "table" then fail("upkeep.playbook needs a table, not " .. shared.kind_of(playbook)) end
  return playbook
end

function upkeep.is_null(value) return value == nil or core.is_null(value) end

--- What pcall gave, with an error as a table; a spent budget goes on up.
local function tried(ok, ...)
  if ok then return ... end
  local problem = ...
  if problem == "not enough memory" then error(problem, 0) end
  if type(problem) == "table" and type(rawget(problem, "reason")) == "string" then return nil, problem end
  return nil, { reason = "error", message = type(problem) == "string" and problem or "it raised " .. shared.kind_of(problem) }
end

function upkeep.try(fn, ...)
  if type(fn) ~= "function" then fail("upkeep.try needs a function and its arguments, not " .. shared.kind_of(fn)) end
  return tried(pcall(fn, ...))
end

shared.listing = listing
local loaded = { upkeep = module_of("upkeep", upkeep, late) }

local function host_module(name)
  local full = "upkeep." .. name
  local names = core.host_functions(name)
  if not names or names[1] == "*" then  -- No target: the file is only read. Any name will do until it is called.
    return setmetatable({}, { __index = function(_, key) return core.host_function(name, tostring(key)) end, __metatable = false })
  end
  if #names == 0 then
    return setmetatable({}, { __index = function() fail("this target has no module " .. full) end, __metatable = false })
  end
  local functions = {}
  for _, key in ipairs(names) do functions[key] = core.host_function(name, key) end
  return module_of(full, functions, {})
end

local loading = {}

shared.globals.require = function(name)
  if type(name) ~= "string" then fail("require needs a module's name, not " .. shared.kind_of(name)) end
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
