// SPDX-License-Identifier: Apache-2.0
// Single objects, logs, and changes.
#include <utility>

#include "checks/kubernetes/client.h"
#include "checks/kubernetes/encoding.h"

namespace upkeep::kubernetes {
namespace {

Status CheckPlace(const Resource& resource, const std::string& space, const std::string& name,
                  bool named) {
  if (named) UPKEEP_RETURN_IF_ERROR(CheckName(name));
  if (!space.empty()) UPKEEP_RETURN_IF_ERROR(CheckName(space));
  if (resource.namespaced && space.empty()) {
    return Status(Code::kInvalid, resource.Name() + " live in a namespace, and none is named");
  }
  if (!resource.namespaced && !space.empty()) {
    return Status(Code::kInvalid, resource.Name() + " live in no namespace, and \"" + space +
                                      "\" is named");
  }
  return Status::Ok();
}

std::string_view ContentTypeOf(std::string_view patch_type) {
  if (patch_type == "merge") return "application/merge-patch+json";
  if (patch_type == "strategic") return "application/strategic-merge-patch+json";
  if (patch_type == "json") return "application/json-patch+json";
  return {};
}

// What the change requires of the object, where the API reads it from the object itself.
void AddConditions(const WriteOptions& options, Value& patch) {
  if (!patch.is_object()) return;
  if (!options.uid.empty()) patch["metadata"]["uid"] = options.uid;
  if (!options.resource_version.empty()) {
    patch["metadata"]["resourceVersion"] = options.resource_version;
  }
}

Value JsonPatchConditions(const WriteOptions& options, const Value& patch) {
  Value all = Value::array();
  const auto test = [&all](const char* path, const std::string& value) {
    if (!value.empty()) all.push_back({{"op", "test"}, {"path", path}, {"value", value}});
  };
  test("/metadata/uid", options.uid);
  test("/metadata/resourceVersion", options.resource_version);
  for (const Value& operation : patch) all.push_back(operation);
  return all;
}

}  // namespace

Task<Result<Value>> KubernetesClient::GetPath(std::string path, Asked asked, Limits limits) {
  Request request;
  request.path = std::move(path);
  request.asked = std::move(asked);
  co_return co_await SendForValue(std::move(request), limits);
}

Task<Result<Value>> KubernetesClient::Get(std::string resource, std::string space,
                                          std::string name, Limits limits) {
  Result<Resource> found = co_await Discover(std::move(resource), limits);
  if (!found.ok()) co_return found.status();
  if (Status fine = CheckPlace(*found, space, name, true); !fine.ok()) co_return fine;
  std::string path = found->Path(space, name);
  Asked asked{"get", *found, space, name, ""};
  co_return co_await GetPath(std::move(path), std::move(asked), limits);
}

Task<Result<std::string>> KubernetesClient::Log(std::string space, std::string pod, LogQuery query,
                                                Limits limits) {
  Result<Resource> resource = ParseResource("pods/log");
  if (Status fine = CheckPlace(*resource, space, pod, true); !fine.ok()) co_return fine;
  Request request;
  request.path = resource->Path(space, pod) + "?limitBytes=" + std::to_string(query.limit_bytes);
  if (!query.container.empty()) request.path += "&container=" + PercentEncode(query.container);
  if (query.previous) request.path += "&previous=true";
  if (query.timestamps) request.path += "&timestamps=true";
  if (query.tail_lines > 0) request.path += "&tailLines=" + std::to_string(query.tail_lines);
  if (query.since_seconds > 0) request.path += "&sinceSeconds=" + std::to_string(query.since_seconds);
  request.asked = {"get", *resource, space, pod, ""};
  // The kubelet keeps to limitBytes; an API server that does not is stopped.
  request.max_bytes = static_cast<std::size_t>(query.limit_bytes) + 4096;
  Result<io::TransferResponse> response = co_await Send(std::move(request), limits);
  if (!response.ok()) co_return response.status();
  co_return std::move(response->body);
}

Task<Result<Value>> KubernetesClient::Delete(std::string resource, std::string space,
                                             std::string name, WriteOptions options,
                                             Limits limits) {
  Result<Resource> found = co_await Discover(std::move(resource), limits);
  if (!found.ok()) co_return found.status();
  if (Status fine = CheckPlace(*found, space, name, true); !fine.ok()) co_return fine;
  Value body{{"apiVersion", "v1"}, {"kind", "DeleteOptions"}};
  if (!options.uid.empty()) body["preconditions"]["uid"] = options.uid;
  if (!options.resource_version.empty()) {
    body["preconditions"]["resourceVersion"] = options.resource_version;
  }
  if (options.dry_run) body["dryRun"] = {"All"};
  if (options.grace_seconds) body["gracePeriodSeconds"] = *options.grace_seconds;
  if (!options.propagation.empty()) body["propagationPolicy"] = options.propagation;
  Request request;
  request.method = "DELETE";
  request.path = found->Path(space, name);
  request.body = CanonicalJson(body);
  request.content_type = "application/json";
  request.asked = {"delete", *found, space, name, ""};
  co_return co_await SendForValue(std::move(request), limits);
}

Task<Result<Value>> KubernetesClient::Patch(std::string resource, std::string space,
                                            std::string name, Value patch, WriteOptions options,
                                            Limits limits) {
  Result<Resource> found = co_await Discover(std::move(resource), limits);
  if (!found.ok()) co_return found.status();
  if (Status fine = CheckPlace(*found, space, name, true); !fine.ok()) co_return fine;
  const std::string_view content_type = ContentTypeOf(options.patch_type);
  const bool operations = options.patch_type == "json";
  if (content_type.empty() || (operations ? !patch.is_array() : !patch.is_object())) {
    co_return Status(Code::kInvalid, "a patch is an object (merge, strategic) or a list (json)");
  }
  if (operations) {
    patch = JsonPatchConditions(options, patch);
  } else {
    AddConditions(options, patch);
  }
  Request request;
  request.method = "PATCH";
  request.path = found->Path(space, name) + "?fieldManager=upkeep";
  if (options.dry_run) request.path += "&dryRun=All";
  request.body = CanonicalJson(patch);
  request.content_type = content_type;
  request.asked = {"patch", *found, space, name, ""};
  co_return co_await SendForValue(std::move(request), limits);
}

Task<Result<Value>> KubernetesClient::Update(std::string resource, std::string space,
                                             std::string name, Value object, Limits limits) {
  Result<Resource> found = co_await Discover(std::move(resource), limits);
  if (!found.ok()) co_return found.status();
  if (Status fine = CheckPlace(*found, space, name, true); !fine.ok()) co_return fine;
  Request request;
  request.method = "PUT";
  request.path = found->Path(space, name) + "?fieldManager=upkeep";
  request.body = CanonicalJson(object);
  request.content_type = "application/json";
  request.asked = {"update", *found, space, name, ""};
  co_return co_await SendForValue(std::move(request), limits);
}

Task<Result<Value>> KubernetesClient::Create(std::string resource, std::string space, Value object,
                                             WriteOptions options, Limits limits) {
  Result<Resource> found = co_await Discover(std::move(resource), limits);
  if (!found.ok()) co_return found.status();
  if (Status fine = CheckPlace(*found, space, "", false); !fine.ok()) co_return fine;
  Request request;
  request.method = "POST";
  request.path = found->Path(space, "") + "?fieldManager=upkeep";
  if (options.dry_run) request.path += "&dryRun=All";
  request.body = CanonicalJson(object);
  request.content_type = "application/json";
  request.asked = {"create", *found, space, "", ""};
  co_return co_await SendForValue(std::move(request), limits);
}

}  // namespace upkeep::kubernetes
