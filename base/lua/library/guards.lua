-- What a playbook has as globals. Everything is handed on by name: what is not named here does
-- not exist for it.
local core, shared = ...
local fail = core.fail

-- What is not needed before a check has an answer to judge is loaded when it is first asked for: five
-- hundred checks that wait are five hundred states.
local later = { methods = "results", parse_time = "lists", array = "lists", items = "lists", each = "lists" }
setmetatable(shared, { __index = function(_, name)
  core.load_part(later[name] or "text")
  return rawget(shared, name)
end })

local function pick(from, names)
  local picked = {}
  for name in string.gmatch(names, "%S+") do picked[name] = from[name] end
  return picked
end

-- Also for the library itself: what a playbook hands to it to be shown is the playbook's.
tostring = core.guard("tostring", tostring)
string.format = core.guard("string.format", string.format)

local globals = pick(_G, "assert error ipairs pcall rawequal rawget rawlen rawset select tostring type _VERSION")
globals.string = pick(string, "byte format len lower reverse sub upper")
globals.table = pick(table, "pack")
globals.math = pick(math, "abs acos asin atan ceil cos deg exp floor fmod huge log maxinteger mininteger modf pi rad random sin sqrt tan tointeger type ult")
globals.utf8 = pick(utf8, "charpattern")

-- One seed gives one run; it is stored, so that the run can be had again.
math.randomseed(core.seed, 0)

core.set_pattern_functions(globals.string)
shared.gsub = globals.string.gsub
string.match, string.find = globals.string.match, globals.string.find

-- What could work for long in C, or take what nobody may have, stands behind a check.
local guard = core.guard
globals.setmetatable = guard("setmetatable", setmetatable)
globals.next = guard("next", next)
globals.pairs = guard("pairs", pairs, globals.next)
globals.getmetatable = getmetatable

-- Lua's own calls the handler where the error is raised. Where the budget's hook raises it, that is
-- inside of the hook, and no hook runs inside of another: a handler that loops could not be ended.
-- Nothing is lost by calling it later: there is no stack that a playbook could look at.
local pcall = pcall
local function handle(handler, ok, ...)
  if ok then return true, ... end
  local _, said = pcall(handler, ...)
  return false, said
end
function globals.xpcall(called, handler, ...)
  if type(handler) ~= "function" then fail("xpcall needs a function that handles the error, not " .. shared.kind_of(handler)) end
  return handle(handler, pcall(called, ...))
end
globals.tonumber = guard("text", tonumber)
globals.string.rep = guard("string.rep", string.rep)
for _, name in ipairs { "len", "codepoint", "offset", "codes" } do globals.utf8[name] = guard("text", utf8[name]) end
for module, names in pairs { math = "max min", string = "char", utf8 = "char" } do
  for name in string.gmatch(names, "%a+") do globals[module][name] = guard("numbers", _G[module][name]) end
end
for _, name in ipairs { "insert", "remove", "move", "concat", "unpack" } do globals.table[name] = guard("table." .. name, table[name]) end
globals.table.sort = guard("table.sort", table.sort, function(before)
  if before then return function(a, b) return before(a, b) end end
  return function(a, b) return a < b end
end)

local strings = getmetatable ""
strings.__index = globals.string
strings.__metatable = false

shared.log = function(text)
  if #text > 65536 then text = string.sub(text, 1, 65533) .. "..." end
  core.record { kind = "log", text = text }
end
function globals.print(...)
  local parts = table.pack(...)
  for i = 1, parts.n do parts[i] = tostring(parts[i]) end
  shared.log(table.concat(parts, "\t", 1, parts.n))
end

local ABSENT = {
  io = "a playbook reaches no files", os = "use upkeep.now() for the time", debug = "", package = "", coroutine = "use upkeep.each to wait side by side",
  load = "", loadstring = "", loadfile = "", dofile = "use require \"lib.NAME\"", collectgarbage = "", _G = "globals are fixed; use locals", unpack = "use table.unpack",
}
setmetatable(globals, { __index = function(_, name)
  local why = ABSENT[name]
  if why then fail(string.format("'%s' is not available in a playbook%s", name, why ~= "" and ": " .. why or "")) end
  fail(string.format("there is no variable '%s'%s", tostring(name), shared.suggest(name, shared.names_of(globals))))
end })
shared.globals = globals
core.set_environment(setmetatable({}, {
  __index = globals,
  __newindex = function(_, name) fail(string.format("'%s' would become a global; write local %s", tostring(name), tostring(name))) end,
  __metatable = false,
}))
