// SPDX-License-Identifier: Apache-2.0
#include "checks/kubernetes/resource.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "checks/kubernetes/encoding.h"

namespace upkeep::kubernetes {
namespace {

struct BuiltIn {
  std::string_view plural, group, version;
  bool namespaced;
};

// Kinds that every supported API server (1.27 and later) serves at this version.
constexpr std::array kBuiltIns = {
    BuiltIn{"pods", "", "v1", true},
    BuiltIn{"nodes", "", "v1", false},
    BuiltIn{"namespaces", "", "v1", false},
    BuiltIn{"services", "", "v1", true},
    BuiltIn{"endpoints", "", "v1", true},
    BuiltIn{"configmaps", "", "v1", true},
    BuiltIn{"secrets", "", "v1", true},
    BuiltIn{"events", "", "v1", true},
    BuiltIn{"persistentvolumes", "", "v1", false},
    BuiltIn{"persistentvolumeclaims", "", "v1", true},
    BuiltIn{"resourcequotas", "", "v1", true},
    BuiltIn{"limitranges", "", "v1", true},
    BuiltIn{"serviceaccounts", "", "v1", true},
    BuiltIn{"replicationcontrollers", "", "v1", true},
    BuiltIn{"podtemplates", "", "v1", true},
    BuiltIn{"componentstatuses", "", "v1", false},
    BuiltIn{"deployments", "apps", "v1", true},
    BuiltIn{"statefulsets", "apps", "v1", true},
    BuiltIn{"daemonsets", "apps", "v1", true},
    BuiltIn{"replicasets", "apps", "v1", true},
    BuiltIn{"controllerrevisions", "apps", "v1", true},
    BuiltIn{"jobs", "batch", "v1", true},
    BuiltIn{"cronjobs", "batch", "v1", true},
    BuiltIn{"horizontalpodautoscalers", "autoscaling", "v2", true},
    BuiltIn{"poddisruptionbudgets", "policy", "v1", true},
    BuiltIn{"ingresses", "networking.k8s.io", "v1", true},
    BuiltIn{"ingressclasses", "networking.k8s.io", "v1", false},
    BuiltIn{"networkpolicies", "networking.k8s.io", "v1", true},
    BuiltIn{"endpointslices", "discovery.k8s.io", "v1", true},
    BuiltIn{"storageclasses", "storage.k8s.io", "v1", false},
    BuiltIn{"volumeattachments", "storage.k8s.io", "v1", false},
    BuiltIn{"csinodes", "storage.k8s.io", "v1", false},
    BuiltIn{"csidrivers", "storage.k8s.io", "v1", false},
    BuiltIn{"csistoragecapacities", "storage.k8s.io", "v1", true},
    BuiltIn{"leases", "coordination.k8s.io", "v1", true},
    BuiltIn{"priorityclasses", "scheduling.k8s.io", "v1", false},
    BuiltIn{"runtimeclasses", "node.k8s.io", "v1", false},
    BuiltIn{"roles", "rbac.authorization.k8s.io", "v1", true},
    BuiltIn{"rolebindings", "rbac.authorization.k8s.io", "v1", true},
    BuiltIn{"clusterroles", "rbac.authorization.k8s.io", "v1", false},
    BuiltIn{"clusterrolebindings", "rbac.authorization.k8s.io", "v1", false},
    BuiltIn{"certificatesigningrequests", "certificates.k8s.io", "v1", false},
    BuiltIn{"validatingwebhookconfigurations", "admissionregistration.k8s.io", "v1", false},
    BuiltIn{"mutatingwebhookconfigurations", "admissionregistration.k8s.io", "v1", false},
    BuiltIn{"customresourcedefinitions", "apiextensions.k8s.io", "v1", false},
    BuiltIn{"apiservices", "apiregistration.k8s.io", "v1", false},
};

// Kinds of an aggregated server that is a cluster's own choice, at the one version that it ever had.
constexpr std::array kUsual = {
    BuiltIn{"pods", "metrics.k8s.io", "v1beta1", true},
    BuiltIn{"nodes", "metrics.k8s.io", "v1beta1", false},
};

bool IsLabelCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

bool AllOf(std::string_view text, bool (*accepts)(char)) {
  return !text.empty() && std::all_of(text.begin(), text.end(), accepts);
}

std::string Braced(const std::vector<std::string>& words) {
  std::string text = "[";
  for (const std::string& word : words) {
    const bool plain = std::all_of(word.begin(), word.end(), IsLabelCharacter) && !word.empty();
    text += (text.size() > 1 ? ", " : "") + (plain ? word : "\"" + word + "\"");
  }
  return text + "]";
}

}  // namespace

std::string Resource::Name() const {
  return plural + (group.empty() ? "" : "." + group) +
         (subresource.empty() ? "" : "/" + subresource);
}

std::string Resource::GroupPath() const {
  return group.empty() ? "/api/" + version : "/apis/" + group + "/" + version;
}

std::string Resource::Path(std::string_view space, std::string_view name) const {
  std::string path = GroupPath();
  if (!space.empty()) path += "/namespaces/" + PercentEncode(space);
  path += "/" + plural;
  if (!name.empty()) path += "/" + PercentEncode(name);
  return subresource.empty() ? path : path + "/" + subresource;
}

Result<Resource> ParseResource(std::string_view name) {
  Resource resource;
  const std::size_t slash = name.find('/');
  if (slash != std::string_view::npos) resource.subresource = name.substr(slash + 1);
  const std::string_view whole = name.substr(0, slash);
  const std::size_t dot = whole.find('.');
  resource.plural = whole.substr(0, dot);
  if (dot != std::string_view::npos) resource.group = whole.substr(dot + 1);
  const auto in_group = [](char c) { return IsLabelCharacter(c) || c == '.'; };
  if (!AllOf(resource.plural, IsLabelCharacter) ||
      (dot != std::string_view::npos && !AllOf(resource.group, in_group)) ||
      (slash != std::string_view::npos && !AllOf(resource.subresource, IsLabelCharacter))) {
    return Status(Code::kInvalid, "\"" + std::string(name) + "\" is no resource")
        .WithHint("name the plural in lower case, as in pods, nodes/proxy or backups.velero.io");
  }
  for (const BuiltIn& known : kBuiltIns) {
    if (known.plural != resource.plural) continue;
    if (dot != std::string_view::npos && known.group != resource.group) continue;
    resource.group = known.group;
    resource.version = known.version;
    resource.namespaced = known.namespaced;
    return resource;
  }
  if (dot != std::string_view::npos) return resource;
  for (const BuiltIn& known : kBuiltIns) {
    if (known.plural == resource.plural + "s" || known.plural == resource.plural + "es") {
      return Status(Code::kInvalid, "\"" + std::string(name) + "\" is no resource")
          .WithHint("resources are named by their plural: " + std::string(known.plural));
    }
  }
  return Status(Code::kInvalid, "\"" + std::string(name) + "\" is no built-in resource")
      .WithHint("name its group, too, as in backups.velero.io");
}

std::optional<Resource> UsualPlace(const Resource& resource) {
  for (const BuiltIn& known : kUsual) {
    if (known.plural != resource.plural || known.group != resource.group) continue;
    Resource usual = resource;
    usual.version = known.version;
    usual.namespaced = known.namespaced;
    return usual;
  }
  return std::nullopt;
}

Status CheckName(std::string_view name) {
  const bool fine = !name.empty() && name.size() <= 253 && name != "." && name != ".." &&
                    std::none_of(name.begin(), name.end(), [](char c) {
                      return c == '/' || c == '%' || static_cast<unsigned char>(c) <= ' ' || c == 0x7F;
                    });
  if (fine) return Status::Ok();
  return Status(Code::kInvalid, "\"" + std::string(name) + "\" can't be the name of an object");
}

std::string RbacRule::ToString() const {
  std::string text = "{";
  if (non_resource_urls.empty()) {
    text += "apiGroups: " + Braced(api_groups) + ", resources: " + Braced(resources);
  } else {
    text += "nonResourceURLs: " + Braced(non_resource_urls);
  }
  return text + ", verbs: " + Braced(verbs) + "}";
}

Result<std::optional<RbacRule>> RuleOf(const checks::Need& need) {
  if (need.module != "kubernetes") {
    return Status(Code::kInvalid, need.ToString() + " is no need of kubernetes");
  }
  if (need.verb == "get" && (need.object == "version" || need.object == "apis" ||
                             need.object == "selfsubjectaccessreviews")) {
    return std::optional<RbacRule>();
  }
  Result<Resource> resource = ParseResource(need.object);
  if (!resource.ok()) return resource.status();
  RbacRule rule;
  rule.api_groups = {resource->group};
  rule.resources = {resource->subresource.empty() ? resource->plural
                                                  : resource->plural + "/" + resource->subresource};
  rule.verbs = {need.verb};
  return std::optional<RbacRule>(std::move(rule));
}

}  // namespace upkeep::kubernetes
