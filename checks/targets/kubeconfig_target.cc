// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "checks/targets/inventory.h"
#include "checks/targets/target_reader.h"

namespace upkeep::checks {
namespace {

/// A target's name made of a context's: "admin@prod.example" becomes "admin-prod-example".
std::string NameOf(const std::string& context) {
  constexpr std::size_t kLongest = 63;
  std::string name;
  for (const char c : context) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool plain = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (plain) {
      name += lower;
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  // The end of a cloud's long context is what tells clusters apart.
  if (name.size() > kLongest) name.erase(0, name.size() - kLongest);
  while (name.starts_with('-')) name.erase(0, 1);
  while (name.ends_with('-')) name.pop_back();
  return name.empty() ? "cluster" : name;
}

std::string StringAt(const yaml::Node& mapping, std::string_view key) {
  const yaml::Node* const found = mapping.Find(key);
  return found != nullptr && found->kind == yaml::Kind::kScalar ? found->scalar : "";
}

}  // namespace

Result<Inventory> InventoryOfKubeconfig(const std::string& kubeconfig, const std::string& context) {
  Result<yaml::Document> document = yaml::ReadFile(kubeconfig);
  if (!document.ok()) {
    const Status& why = document.status();
    Status config = Status(Code::kConfig, why.message()).WithHint(why.hint());
    if (why.place()) config = std::move(config).At(*why.place());
    return WithoutSecrets(std::move(config));
  }
  const yaml::Node* const contexts = document->root.Find("contexts");
  std::vector<std::string> names;
  if (contexts != nullptr) {
    for (const yaml::Node& item : contexts->items) names.push_back(StringAt(item, "name"));
  }
  const std::string wanted = context.empty() ? StringAt(document->root, "current-context") : context;
  if (wanted.empty()) {
    return WithoutSecrets(Status(Code::kConfig, kubeconfig + " names no current context")
                              .WithHint("name one of its contexts, or set current-context")
                              .At(document->PlaceOf(document->root)));
  }
  if (std::find(names.begin(), names.end(), wanted) == names.end()) {
    const std::string near = NearestWord(wanted, names);
    const yaml::Node* const current = context.empty() ? document->root.Find("current-context") : contexts;
    return WithoutSecrets(
        Status(Code::kConfig, kubeconfig + " has no context '" + wanted + "'")
            .WithHint(near.empty() ? "kubectl config get-contexts shows them" : "did you mean '" + near + "'?")
            .At(document->PlaceOf(current != nullptr ? *current : document->root)));
  }
  Inventory inventory;
  inventory.file = kubeconfig;
  Target target;
  target.name = NameOf(wanted);
  target.kind = TargetKind::kKubernetes;
  target.kubeconfig = kubeconfig;
  target.context = wanted;
  target.time_limit = UsualTimeLimit(target.kind);
  target.place = {kubeconfig, 1, 1, ""};
  inventory.targets.push_back(std::move(target));
  return inventory;
}

}  // namespace upkeep::checks
