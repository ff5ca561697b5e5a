-- What a check records, by the methods of its run object. Every mistake is told where it is made, so
-- that a wrong record never reaches the store.
local core, shared = ...
local fail, suggest, names_of, kind_of, is_finite = core.fail, shared.suggest, shared.names_of, shared.kind_of, shared.is_finite
local type, next, rawget, tostring, select, ipairs = type, next, rawget, tostring, select, ipairs
local format, find, concat, tointeger = string.format, string.find, table.concat, math.tointeger

local STATES = { "ok", "warning", "critical", "unknown", "skipped" }
local SEVERITIES = { P1 = true, P2 = true, P3 = true, P4 = true }

local function set_of(names)
  local set = {}
  for _, name in ipairs(names) do set[name] = true end
  return set
end

local function check_keys(call, given, known)
  if type(given) ~= "table" then fail(format("%s needs a table, not %s; write %s{...}", call, kind_of(given), call)) end
  for key in next, given do
    if not known[key] then fail(format("%s has no field '%s'%s", call, tostring(key), suggest(key, names_of(known)))) end
  end
end

-- What stands inside a call is no call: the hint is how it is written there.
local function must_be_table(call, name, value, example)
  if type(value) ~= "table" then fail(format("%s: %s is %s, not a table; write %s", call, name, kind_of(value), example)) end
end

local function given(value) return value ~= nil and not core.is_null(value) end

local function text_of(call, name, value, must)
  if not given(value) then
    if must then fail(format("%s needs %s", call, name)) end
    return nil
  end
  if type(value) ~= "string" then fail(format("%s: %s is %s, not text", call, name, kind_of(value))) end
  if must and value == "" then fail(format("%s: %s is empty", call, name)) end
  return value
end

local function number_of(call, name, value, must)
  if not given(value) and not must then return nil end
  if not is_finite(value) then fail(format("%s: %s is %s, not a number", call, name, type(value) == "number" and "infinite or no number" or kind_of(value))) end
  return value
end

local SUBJECT_KEYS = set_of { "kind", "namespace", "name", "uid" }

--- A checked copy of a subject, and its key.
local function subject_of(call, value)
  if not given(value) then fail(call .. " needs subject, {kind, namespace?, name, uid?}") end
  must_be_table(call, "subject", value, "subject = { kind = ..., name = ... }")
  check_keys(call .. ": subject", value, SUBJECT_KEYS)
  local subject = {
    kind = text_of(call, "subject.kind", rawget(value, "kind"), true),
    name = text_of(call, "subject.name", rawget(value, "name"), true),
    namespace = text_of(call, "subject.namespace", rawget(value, "namespace")),
    uid = text_of(call, "subject.uid", rawget(value, "uid")),
  }
  if subject.namespace == "" then subject.namespace = nil end
  local key = subject.kind .. "/" .. subject.name
  if subject.namespace then key = subject.namespace .. "/" .. key end
  return subject, key
end

local function reason_of(call, value, state)
  local reason = text_of(call, "reason", value)
  if not reason or reason == "" then
    if state == "unknown" or state == "skipped" then fail(format("%s: state %s needs a reason", call, state)) end
    return nil
  end
  if #reason > 100 or find(reason, "[^%w_.%-]") then fail(format("%s: reason is a word for machines, of letters, digits, _ . and -; put sentences into a message", call)) end
  return reason
end

local function tags_of(call, value)
  if not given(value) then return nil end
  if type(value) ~= "table" then fail(call .. ": tags is " .. kind_of(value) .. ", not a list of text") end
  local tags = {}
  for i = 1, #value do tags[i] = text_of(call, "tags[" .. i .. "]", value[i], true) end
  for key in next, value do
    if not tointeger(key) then fail(format("%s: tags is a list of text, and has the field '%s'", call, tostring(key))) end
  end
  return tags
end

local function data_of(call, value)
  if not given(value) then return nil end
  if type(value) ~= "table" and type(value) ~= "userdata" then fail(call .. ": data is " .. kind_of(value) .. ", not a table") end
  return value
end

local RESULT_KEYS = set_of { "subject", "state", "reason", "message", "values", "data", "severity", "remedy", "tags", "evidence" }
local OK_KEYS = set_of { "message", "values", "data" }
local SKIP_KEYS = set_of { "reason", "message", "values" }
local METRIC_KEYS = set_of { "name", "subject", "value", "unit", "warning", "critical" }
local MOST_ATTEMPTED = 10000000  -- So that sums over all that is stored have room.
local COVERAGE_KEYS = set_of { "attempted", "observed" }
local LIMIT_KEYS = set_of { "warning", "critical", "below" }

local PREVIOUS_KEYS = set_of { "at_least" }
-- Not a module that a playbook may require: the run's own past needs no right of the target.
local earlier_figure = core.host_function("history", "previous")

local hidden = shared.hidden
local methods = {}

local function self_of(call, run)
  local self = hidden[run]
  if not self then fail(format("write run:%s{...}, with a colon", call)) end
  return self
end

function methods.result(run, spec)
  local self = self_of("result", run)
  local call = "run:result"
  check_keys(call, spec, RESULT_KEYS)
  local subject, key = subject_of(call, rawget(spec, "subject"))
  local state = rawget(spec, "state")
  if type(state) ~= "string" then fail(call .. " needs state: " .. concat(STATES, ", ")) end
  if not set_of(STATES)[state] then fail(format("%s: '%s' is no state%s; it is one of %s", call, state, suggest(state, STATES), concat(STATES, ", "))) end
  local severity = text_of(call, "severity", rawget(spec, "severity"))
  if severity and not SEVERITIES[severity] then fail(format("%s: severity '%s' is none of P1, P2, P3, P4", call, severity)) end
  local remedy = text_of(call, "remedy", rawget(spec, "remedy"))
  if remedy and type(self.remedies[remedy]) ~= "table" then
    fail(format("%s: the head has no remedy '%s'%s", call, remedy, suggest(remedy, names_of(self.remedies))))
  end
  if self.seen[key] then
    fail(format("%s: a second result for %s; a check gives one for each subject", call, key))
  end
  local evidence = text_of(call, "evidence", rawget(spec, "evidence"))
  core.record {
    kind = "result", subject = subject, state = state, reason = reason_of(call, rawget(spec, "reason"), state),
    summary = shared.render(call, self.messages, rawget(spec, "message"), rawget(spec, "values")),
    data = data_of(call, rawget(spec, "data")), severity = severity, remedy = remedy, tags = tags_of(call, rawget(spec, "tags")),
    evidence = evidence and string.sub(evidence, 1, 65536),
  }
  self.seen[key] = true
end

function methods.ok(run, spec)
  local self = self_of("ok", run)
  check_keys("run:ok", spec, OK_KEYS)
  core.record {
    kind = "ok", data = data_of("run:ok", rawget(spec, "data")),
    summary = shared.render("run:ok", self.messages, rawget(spec, "message"), rawget(spec, "values")),
  }
end

function methods.skip(run, spec)
  local self = self_of("skip", run)
  check_keys("run:skip", spec, SKIP_KEYS)
  core.record {
    kind = "skip", reason = reason_of("run:skip", rawget(spec, "reason"), "skipped"),
    summary = shared.render("run:skip", self.messages, rawget(spec, "message"), rawget(spec, "values")),
  }
end

function methods.metric(run, spec)
  self_of("metric", run)
  local call = "run:metric"
  check_keys(call, spec, METRIC_KEYS)
  local subject = rawget(spec, "subject")
  if type(subject) ~= "string" then subject = subject_of(call, subject) end
  core.record {
    kind = "metric", name = text_of(call, "name", rawget(spec, "name"), true), subject = subject,
    value = number_of(call, "value", rawget(spec, "value"), true), unit = text_of(call, "unit", rawget(spec, "unit"), true),
    warning = number_of(call, "warning", rawget(spec, "warning")), critical = number_of(call, "critical", rawget(spec, "critical")),
  }
end

function methods.previous(run, name, subject, options)
  self_of("previous", run)
  local call = "run:previous"
  text_of(call, "the metric's name", name, true)
  if type(subject) ~= "string" then
    local _, key = subject_of(call, subject)
    subject = key
  end
  if options == nil then return earlier_figure(name, subject) end
  must_be_table(call, "options", options, "{ at_least = SECONDS }")
  check_keys(call, options, PREVIOUS_KEYS)
  local at_least = number_of(call, "at_least", rawget(options, "at_least"), true)
  if at_least < 0 or at_least > 315360000 then fail(call .. ": at_least is seconds from 0 to ten years") end
  return earlier_figure(name, subject, { at_least = at_least })
end

function methods.coverage(run, spec)
  self_of("coverage", run)
  check_keys("run:coverage", spec, COVERAGE_KEYS)
  local attempted, observed = tointeger(rawget(spec, "attempted")), tointeger(rawget(spec, "observed"))
  if not attempted or not observed or attempted < 0 or observed < 0 then fail "run:coverage needs attempted and observed, whole numbers from 0" end
  if attempted > MOST_ATTEMPTED then fail "run:coverage: attempted is more than 10,000,000" end
  if observed > attempted then fail(format("run:coverage: observed (%d) is more than attempted (%d)", observed, attempted)) end
  core.record { kind = "coverage", attempted = attempted, observed = observed }
end

function methods.log(run, template, ...)
  self_of("log", run)
  if type(template) ~= "string" then fail("run:log needs a format, not " .. kind_of(template)) end
  -- Without arguments it is plain text: a "%" in a target's words is no directive.
  if select("#", ...) == 0 then return shared.log(template) end
  local ok, text = pcall(format, template, ...)
  if not ok then fail("run:log: " .. (type(text) == "string" and text or "the format does not fit its arguments")) end
  shared.log(text)
end

function methods.state_of(run, value, limits)
  self_of("state_of", run)
  local call = "run:state_of"
  number_of(call, "the value", value, true)
  must_be_table(call, "limits", limits, "{ warning = ..., critical = ... }")
  check_keys(call, limits, LIMIT_KEYS)
  local below = rawget(limits, "below")
  for _, state in ipairs { "critical", "warning" } do
    local limit = number_of(call, state, rawget(limits, state))
    if limit and ((below and value <= limit) or (not below and value >= limit)) then return state end
  end
  return "ok"
end

function methods.expects(run, word)
  local self = self_of("expects", run)
  if type(word) ~= "string" then fail("run:expects needs a word, not " .. kind_of(word)) end
  for _, expected in ipairs(self.expects) do
    if expected == word then return true end
  end
  return false
end

shared.methods = methods
