---@meta upkeep.kubernetes
--- What a playbook sees of a cluster. Every function may wait; each names the need that the
--- playbook's head has to declare. Errors are raised as {reason, message}: not_permitted,
--- no_data (the API group is not served: not installed), not_found (no such object), timeout,
--- unreachable, truncated, error.
local kubernetes = {}

--- How a list is narrowed.
---@class upkeep.kubernetes.ListOptions
---@field namespace? string        only this namespace
---@field label_selector? string   as in "app=web,tier!=cache"
---@field field_selector? string   as in "status.phase=Pending"

--- All objects of a kind. Within a run each kind is listed once, with the fields that playbooks
--- declared; reading another field raises. Iterate with upkeep.items.
---
--- Narrowing to a namespace costs no request where metadata.namespace is declared; selectors are
--- asked of the API server, once for each selector.
---@async
---@param resource string plural, with the group of what is not built in: "pods", "backups.velero.io"
---@param options? upkeep.kubernetes.ListOptions
---@return upkeep.Documents
---@nodiscard
---@needs kubernetes:list:RESOURCE
function kubernetes.list(resource, options) end

--- One object, whole but for metadata.managedFields. Raises not_found when it is not there.
---@async
---@param resource string
---@param namespace string|nil nil for what lives in no namespace; get(resource, name) is the same
---@param name string
---@return table object
---@nodiscard
---@needs kubernetes:get:RESOURCE
function kubernetes.get(resource, namespace, name) end

---@class upkeep.kubernetes.Object
---@field kind? string       "Pod"
---@field namespace? string
---@field name? string
---@field uid? string        tells this object from an earlier one of the same name

--- The events about one object; the API server keeps them for an hour.
---@async
---@param object upkeep.kubernetes.Object with at least kind, name or uid
---@return upkeep.Documents events core/v1 Event objects
---@nodiscard
---@needs kubernetes:list:events
function kubernetes.events(object) end

--- What the kubelet of a node measures: file systems, volumes and memory of the node and of each
--- pod on it, as /stats/summary gives it. Values are up to a minute old, and a volume that no
--- running pod mounts is absent: that is "unknown", not "empty".
---@async
---@param node string
---@return table summary {node = {...}, pods = {{podRef, volume = {{name, pvcRef, usedBytes, capacityBytes, inodesUsed, ...}}}}}
---@nodiscard
---@needs kubernetes:get:nodes/proxy
function kubernetes.node_stats(node) end

---@class upkeep.kubernetes.LogOptions
---@field previous? boolean      of the container before its last restart
---@field timestamps? boolean    each line begins with its time
---@field tail_lines? integer    only the last lines
---@field since_seconds? integer only what is newer
---@field limit_bytes? integer   default 1 MiB, at most 8 MiB

--- The log of a container. Control characters come as \u{1B}, so that a hostile line stays a line.
---@async
---@param namespace string
---@param pod string
---@param container? string may be nil when the pod has one
---@param options? upkeep.kubernetes.LogOptions
---@return string
---@nodiscard
---@needs kubernetes:get:pods/log
function kubernetes.log(namespace, pod, container, options) end

---@class upkeep.kubernetes.Version
---@field gitVersion string "v1.34.4"
---@field major string
---@field minor string

--- The API server's version.
---@async
---@return upkeep.kubernetes.Version
---@nodiscard
---@needs kubernetes:get:version
function kubernetes.version() end

---@class upkeep.kubernetes.ServerTime
---@field server string               RFC 3339, whole seconds
---@field skew_seconds number         the server's clock minus ours
---@field uncertainty_seconds number  how far off skew_seconds may be

--- The API server's clock, from its Date header.
---@async
---@return upkeep.kubernetes.ServerTime
---@nodiscard
---@needs kubernetes:get:version
function kubernetes.server_time() end

--- Whether an API group is served: "velero.io", "metrics.k8s.io".
---@async
---@param group string
---@return boolean
---@nodiscard
---@needs kubernetes:get:apis
function kubernetes.installed(group) end

---@class upkeep.kubernetes.Permission
---@field allowed boolean
---@field reason string the server's words, may be ""

--- Whether this target's identity may do something. Changes are asked under the write identity.
---@async
---@param need string "kubernetes:delete:pods"
---@param namespace? string nil: in all namespaces
---@return upkeep.kubernetes.Permission
---@nodiscard
---@needs kubernetes:get:selfsubjectaccessreviews
function kubernetes.can(need, namespace) end

--- How a change is made. A check may not call these; a remedy's plan returns them.
---@class upkeep.kubernetes.DeleteOptions
---@field uid? string               only when the object is still this one
---@field resource_version? string  only when nobody has changed it since
---@field dry_run? boolean          the server checks and answers, and changes nothing
---@field grace_seconds? integer
---@field propagation? "Background"|"Foreground"|"Orphan"

--- Deletes one object.
---@async
---@param resource string
---@param namespace string|nil
---@param name string
---@param options? upkeep.kubernetes.DeleteOptions
---@return table answer the object, or a Status
---@needs kubernetes:delete:RESOURCE
function kubernetes.delete(resource, namespace, name, options) end

---@class upkeep.kubernetes.PatchOptions
---@field type? "merge"|"strategic"|"json" default "merge"
---@field uid? string
---@field resource_version? string
---@field dry_run? boolean with it the answer is the object as it would be

--- Changes one object.
---@async
---@param resource string
---@param namespace string|nil
---@param name string
---@param patch table an object, or for type "json" a list of operations
---@param options? upkeep.kubernetes.PatchOptions
---@return table object as it is afterwards
---@needs kubernetes:patch:RESOURCE
function kubernetes.patch(resource, namespace, name, patch, options) end

---@class upkeep.kubernetes.CreateOptions
---@field dry_run? boolean

--- Creates one object.
---@async
---@param resource string
---@param namespace string|nil
---@param object table
---@param options? upkeep.kubernetes.CreateOptions
---@return table object as it was made
---@needs kubernetes:create:RESOURCE
function kubernetes.create(resource, namespace, object, options) end

return kubernetes
