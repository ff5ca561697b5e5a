// SPDX-License-Identifier: Apache-2.0
// What can be asked of the API server about itself: what it serves, what one may do, its time.
#include <cmath>
#include <ctime>
#include <utility>

#include "checks/kubernetes/client.h"
#include "checks/kubernetes/encoding.h"

namespace upkeep::kubernetes {
namespace {

// "Sat, 21 Nov 2026 09:00:00 GMT", the one form that HTTP servers send.
std::optional<Instant> ParseHttpDate(const std::string& text) {
  std::tm parts{};
  const char* const end = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return Instant(std::chrono::seconds(timegm(&parts)));
}

bool Has(const Value& resource_list, const std::string& plural, Resource& resource) {
  const auto resources = resource_list.find("resources");
  if (resources == resource_list.end() || !resources->is_array()) return false;
  for (const Value& served : *resources) {
    if (StringAt(served, "name") != plural) continue;
    resource.namespaced = served.value("namespaced", true);
    return true;
  }
  return false;
}

// The versions of a group, the preferred one first.
std::vector<std::string> VersionsOf(const Value& group) {
  std::vector<std::string> versions;
  if (const auto preferred = group.find("preferredVersion"); preferred != group.end()) {
    if (std::string version = StringAt(*preferred, "version"); !version.empty()) {
      versions.push_back(std::move(version));
    }
  }
  const auto all = group.find("versions");
  if (all == group.end() || !all->is_array()) return versions;
  for (const Value& entry : *all) {
    std::string version = StringAt(entry, "version");
    if (!version.empty() && (versions.empty() || version != versions.front())) {
      versions.push_back(std::move(version));
    }
  }
  return versions;
}

}  // namespace

const Resource* KubernetesClient::Known(const Resource& resource) const {
  const auto found = discovered_.find(resource.plural + "." + resource.group);
  return found == discovered_.end() ? nullptr : &found->second;
}

void KubernetesClient::Remember(const Resource& resource) {
  discovered_[resource.plural + "." + resource.group] = resource;
}

Task<Result<Resource>> KubernetesClient::Discover(std::string name, Limits limits) {
  Result<Resource> resource = ParseResource(name);
  if (!resource.ok() || !resource->version.empty()) co_return resource;
  if (const Resource* const known = Known(*resource)) {
    resource->version = known->version;
    resource->namespaced = known->namespaced;
    co_return resource;
  }
  resource = co_await AskForResource(*std::move(resource), limits);
  if (resource.ok()) Remember(*resource);
  co_return resource;
}

Task<Result<Resource>> KubernetesClient::AskForResource(Resource resource, Limits limits) {
  const std::string path = "/apis/" + PercentEncode(resource.group);
  Asked asked{"list", resource, "", "", path};
  Result<Value> group = co_await GetPath(path, asked, limits);
  if (!group.ok()) co_return group.status();
  if (!group->is_object()) co_return Status(Code::kError, path + " is no API group");
  Status missing(Code::kNoData, "not installed: the API group \"" + resource.group +
                                    "\" is served, but without " + resource.plural);
  for (const std::string& version : VersionsOf(*group)) {
    std::string version_path = path + "/" + PercentEncode(version);
    Result<Value> served = co_await GetPath(std::move(version_path), asked, limits);
    if (!served.ok()) {
      missing = served.status();
      continue;
    }
    if (!served->is_object() || !Has(*served, resource.plural, resource)) continue;
    resource.version = version;
    co_return resource;
  }
  co_return missing;
}

Task<Result<bool>> KubernetesClient::Serves(std::string group, Limits limits) {
  if (Status fine = CheckName(group); !fine.ok()) co_return fine;
  std::string path = "/apis/" + PercentEncode(group);
  Asked asked{"get", {}, "", "", path};
  asked.resource.group = group;
  Result<Value> answer = co_await GetPath(std::move(path), std::move(asked), limits);
  if (answer.ok()) co_return true;
  if (answer.status().code() == Code::kNoData) co_return false;
  co_return answer.status();
}

Task<Result<Permission>> KubernetesClient::Can(checks::Need need, std::string space,
                                               Limits limits) {
  Result<std::optional<RbacRule>> rule = RuleOf(need);
  if (!rule.ok()) co_return rule.status();
  if (!*rule) co_return Permission{true, "every authenticated user may"};
  Result<Resource> resource = ParseResource(need.object);
  Value attributes{{"verb", need.verb}, {"group", resource->group}, {"resource", resource->plural}};
  if (!resource->subresource.empty()) attributes["subresource"] = resource->subresource;
  if (!space.empty()) attributes["namespace"] = space;
  Request request;
  // It changes nothing, so it may be tried again like a read; the server takes it only as POST.
  request.method = "POST";
  request.path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  request.body = CanonicalJson({{"apiVersion", "authorization.k8s.io/v1"},
                                {"kind", "SelfSubjectAccessReview"},
                                {"spec", {{"resourceAttributes", attributes}}}});
  request.content_type = "application/json";
  request.asked = {"create", {}, "", "", "selfsubjectaccessreviews"};
  request.repeatable = true;
  Result<Value> answer = co_await SendForValue(std::move(request), limits);
  if (!answer.ok()) co_return answer.status();
  const auto status = answer->is_object() ? answer->find("status") : answer->end();
  if (status == answer->end() || !status->is_object() || !status->contains("allowed") ||
      !(*status)["allowed"].is_boolean()) {
    co_return Status(Code::kError, "the API server's answer about " + need.ToString() +
                                       " does not say whether it is allowed");
  }
  co_return Permission{(*status)["allowed"].get<bool>(), StringAt(*status, "reason")};
}

Task<Result<ServerTime>> KubernetesClient::Time(Limits limits) {
  Request request;
  request.path = "/version";
  request.asked = {"get", {}, "", "", "/version"};
  const auto before = std::chrono::time_point_cast<std::chrono::microseconds>(
      std::chrono::system_clock::now());
  Result<io::TransferResponse> response = co_await Send(std::move(request), limits);
  const auto after = std::chrono::time_point_cast<std::chrono::microseconds>(
      std::chrono::system_clock::now());
  if (!response.ok()) co_return response.status();
  const std::optional<Instant> date = ParseHttpDate(std::string(response->Header("date")));
  if (!date) co_return Status(Code::kNoData, "the API server's answer has no Date");
  ServerTime time;
  time.server = *date;
  // The header was cut to a whole second, so the server stood half a second later on average.
  const std::chrono::duration<double> took = after - before;
  const std::chrono::duration<double> ahead = *date - before;
  time.skew_seconds = ahead.count() + 0.5 - took.count() / 2;
  time.uncertainty_seconds = 0.5 + took.count() / 2;
  co_return time;
}

}  // namespace upkeep::kubernetes
