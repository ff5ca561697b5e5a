---@meta upkeep.http

--- Looks at the target's HTTP endpoint. TLS is verified unless the inventory says not to.
--- Credentials of the inventory are sent to the endpoint's own origin only, never to where it
--- redirects. No answer at all (refused, no such name, TLS failed, over the target's time limit,
--- body over 4 MiB, cut off, more than 5 redirects) raises an error whose `reason` says which;
--- an answer of any HTTP status does not.
---@class upkeep.http
local http = {}

--- One redirect that was followed.
---@class upkeep.http.Redirect
---@field url string What was asked.
---@field status integer 301, 302, 303, 307 or 308.
---@field location string Where it pointed, absolute.

--- How long each step took, in milliseconds, summed over the redirects. A step that a kept-alive
--- connection skipped is 0.
---@class upkeep.http.Milliseconds
---@field name number Resolving the host's name.
---@field connect number The TCP handshake.
---@field tls number The TLS handshake; 0 for http.
---@field first_byte number From sending the request to the first byte of the answer.
---@field total number Everything, the body included.

---@class upkeep.http.Answer
---@field url string The URL that gave this answer, after redirects.
---@field status integer The HTTP status.
---@field headers table<string, string> Names in lower case; repeated ones joined by ", ".
---@field body string The body's first 64 KiB, decompressed; "" for head().
---@field body_bytes integer Its whole length, decompressed.
---@field contains? boolean Whether the whole body contains `options.contains`; only when asked.
---@field redirects upkeep.http.Redirect[] In the order they were followed; at most 5.
---@field milliseconds upkeep.http.Milliseconds
---@field tls_verified boolean True for an https answer whose certificate was verified.

---@class upkeep.http.Options
---@field contains? string Plain text to look for in the whole body.

--- GETs the target's URL, or `path` on the same host.
---@async
---@param path? string Path and query, beginning with "/"; nil for the target's own URL.
---@param options? upkeep.http.Options
---@return upkeep.http.Answer
---@needs http:get
function http.get(path, options) end

--- The same with HEAD: status, headers and times without a body.
---@async
---@param path? string Path and query, beginning with "/"; nil for the target's own URL.
---@param options? upkeep.http.Options
---@return upkeep.http.Answer
---@needs http:head
function http.head(path, options) end

return http
