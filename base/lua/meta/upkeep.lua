---@meta upkeep
-- SPDX-License-Identifier: Apache-2.0

--- What every playbook has: require "upkeep". docs/playbook-format.md is the contract.
---@class upkeep
local upkeep = {}

---@class upkeep.Text
---@field en string
---@field ko string

--- An error as upkeep.try gives it. `reason` is the word of an unknown result: timeout, unreachable, not_permitted …
---@class upkeep.Error
---@field reason string
---@field message string
---@field hint? string what helps
---@field at? string "file:line" of the call

---@class upkeep.Subject
---@field kind string
---@field namespace? string
---@field name string
---@field uid? string

---@alias upkeep.State "ok"|"warning"|"critical"|"unknown"|"skipped"
--- A {placeholder} whose value is nil when the message is said raises.
---@alias upkeep.MessageValue string|number|boolean|upkeep.Text|nil

---@class upkeep.Result
---@field subject upkeep.Subject
---@field state upkeep.State
---@field reason? string a word for machines; unknown and skipped need one
---@field message string name of one of the head's messages
---@field values? table<string, upkeep.MessageValue> for the message's {placeholders}
---@field data? table
---@field severity? "P1"|"P2"|"P3"|"P4"
---@field remedy? string name of one of the head's remedies
---@field tags? string[]
---@field evidence? string at most 64 KiB are kept

---@class upkeep.Metric
---@field name string
---@field subject upkeep.Subject|string
---@field value number
---@field unit string UCUM-like: By, s, 1, %
---@field warning? number
---@field critical? number

--- As the inventory has it; what it does not say is "" or 0.
---@class upkeep.Target
---@field name string
---@field kind string
---@field labels table<string, string>
---@field expects string[]
---@field role string
---@field url string
---@field host string
---@field port integer
---@field database string
---@field time_limit_seconds number
---@field method string
---@field expect_status integer
---@field expect_body string

---@class upkeep.Run
---@field target upkeep.Target
local Run = {}

--- Records one result. A second one for the same subject raises.
---@param result upkeep.Result
function Run:result(result) end

--- Records an ok result about the target; left out where a warning or critical result stands.
---@param ok {message: string, values?: table<string, upkeep.MessageValue>, data?: table}
function Run:ok(ok) end

--- Records that the target was not looked at, and why: not_installed …
---@param skip {reason: string, message: string, values?: table<string, upkeep.MessageValue>}
function Run:skip(skip) end

---@param metric upkeep.Metric
function Run:metric(metric) end

---@class upkeep.Figure
---@field value number
---@field unit string
---@field at number Seconds since 1970: when the playbook that recorded it had finished.

--- The newest figure that this playbook recorded on this target in an earlier run, or nil: today
--- compared with the run before, or with `at_least` seconds ago. It needs no need. In a case it is
--- the call history.previous.
---@async
---@param name string A metric's name.
---@param subject upkeep.Subject|string
---@param options? {at_least?: number}
---@return upkeep.Figure?
---@nodiscard
function Run:previous(name, subject, options) end

--- Adds to what was to be looked at, and to what was.
---@param coverage {attempted: integer, observed: integer}
function Run:coverage(coverage) end

--- Adds a line to the run's log. Without arguments the text is taken as it is.
---@param format string
---@param ... any
function Run:log(format, ...) end

--- The state of a figure; a limit counts as reached when equal.
---@param value number
---@param limits {warning?: number, critical?: number, below?: boolean}
---@return "ok"|"warning"|"critical"
---@nodiscard
function Run:state_of(value, limits) end

--- True when the inventory declares `word` for this target.
---@param word string
---@return boolean
---@nodiscard
function Run:expects(word) end

--- A list as a target gave it: read-only, gone through with upkeep.items; #list is its length.
---@alias upkeep.Documents any[]

---@alias upkeep.Cadence "continuous"|"daily"|"weekly"|"monthly"|"quarterly"|"on_demand"
---@alias upkeep.Kind "kubernetes"|"postgres"|"redis"|"mysql"|"http"|"tls"|"dns"|"host"|"any"

--- A need with more to say than its name.
---@class upkeep.Need
---@field [1] string "kubernetes:list:pods"
---@field fields? string[] of a list: the paths that are read of each document
---@field optional? boolean the check can do without

---@class upkeep.Parameter
---@field default number|string|boolean|string[]
---@field min? number
---@field max? number
---@field unit? string
---@field source string where the default comes from
---@field doc upkeep.Text

---@class upkeep.Threshold
---@field metric string
---@field unit string
---@field warning? string name of the parameter that is the limit
---@field critical? string
---@field below? boolean a value under the limit is bad
---@field source string

--- One host call that a remedy proposes; docs/playbook-format.md tells each field.
---@class upkeep.Change
---@field call string
---@field arguments any[]
---@field before table<string, any>
---@field seen? table<string, any>
---@field after table<string, any>
---@field message string
---@field values? table<string, upkeep.MessageValue>

---@class upkeep.Refusal
---@field refused string name of one of the head's messages
---@field values? table<string, upkeep.MessageValue>

---@class upkeep.Again
---@field again string a duration: "20s"
---@field seen? table<string, any>

---@class upkeep.Failed
---@field failed string name of one of the head's messages
---@field values? table<string, upkeep.MessageValue>

--- The result that named the remedy.
---@class upkeep.Subjected
---@field subject {key: string, kind: string, namespace: string, name: string, uid: string}
---@field state upkeep.State
---@field reason string
---@field data table<string, any>

---@class upkeep.Remedy
---@field title upkeep.Text
---@field risk "low"|"medium"|"high"|"irreversible"
---@field covers? string[]
---@field needs? (string|upkeep.Need)[]
---@field verify_after? string a duration: "30s"
---@field plan async fun(run: upkeep.Run, finding: upkeep.Subjected): upkeep.Change[]|upkeep.Refusal
---@field verify? async fun(run: upkeep.Run, finding: upkeep.Subjected, before: table<string, any>, seen: table<string, any>?): boolean|upkeep.Again|upkeep.Failed

---@class upkeep.Playbook
---@field format 1
---@field id string
---@field title upkeep.Text
---@field cadence upkeep.Cadence
---@field covers? string[]
---@field owner string
---@field runbook? string
---@field fix upkeep.Text
---@field controls? string[]
---@field target upkeep.Kind
---@field expects? string
---@field needs? (string|upkeep.Need)[]
---@field params? table<string, upkeep.Parameter>
---@field thresholds? upkeep.Threshold[]
---@field messages? table<string, upkeep.Text>
---@field check async fun(run: upkeep.Run, params: table<string, any>)
---@field remedies? table<string, upkeep.Remedy>

--- Gives its table back: the playbook that the file returns.
---@param playbook upkeep.Playbook
---@return upkeep.Playbook
function upkeep.playbook(playbook) end

--- Goes through a list of documents or an array. Documents are read-only; a null in one reads as nil.
---@generic T
---@param list T[]
---@return fun(): T?
---@nodiscard
function upkeep.items(list) end

--- Calls `fn` for each element, up to `at_once` (8, at most 256) waiting side by side. Raises the first error after all have ended.
--- Others run while one waits: read a sum after the wait, not before it (`local n = call(); sum = sum + n`).
---@async
---@generic T
---@param list T[]
---@param options {at_once?: integer}|nil
---@param fn fun(item: T)
function upkeep.each(list, options, fn) end

--- The function's values, or nil and an error. Budgets, deadlines and cancelling are not catchable.
---@async
---@param fn function
---@param ... any
---@return any value
---@return upkeep.Error problem beside a nil; nil itself beside anything else
function upkeep.try(fn, ...) end

--- Seconds since 1970, with a fraction, by the run's clock.
---@return number
---@nodiscard
function upkeep.now() end

--- RFC 3339 to seconds since 1970; nil for anything else.
---@param text string?
---@return number?
---@nodiscard
function upkeep.parse_time(text) end

--- "3 d 4 h" and "3일 4시간", for the values of a message.
---@param seconds number
---@return upkeep.Text
---@nodiscard
function upkeep.age(seconds) end

--- "1.5 GiB"
---@param count number
---@return string
---@nodiscard
function upkeep.bytes(count) end

--- A Kubernetes quantity ("250m", "1Gi") as a number, or nil.
---@param text string|number|nil
---@return number?
---@nodiscard
function upkeep.quantity(text) end

--- nil when `whole` is 0 or either is missing.
---@param part number?
---@param whole number?
---@return number?
---@nodiscard
function upkeep.percent(part, whole) end

--- Marks a table as a list, so that an empty one stays [] in data and arguments.
---@generic T: table
---@param list T
---@return T
function upkeep.array(list) end

--- True for a JSON null, and for nil, which a null inside a document reads as.
---@param value any
---@return boolean
---@nodiscard
function upkeep.is_null(value) end

return upkeep
