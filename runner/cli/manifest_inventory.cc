// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/manifest_inventory.h"

#include <algorithm>
#include <filesystem>

namespace upkeep::cli {
namespace {

using checks::SecretSource;
using checks::Target;

constexpr const char* kHint = "put it into the Secret upkeep-secrets, and write secrets/NAME";

bool IsInPods(const std::string& path, const std::string& folder) {
  for (const std::string& known : {folder + "secrets/", folder + "write/", folder + "keys/", std::string("/etc/upkeep/"),
                                   std::string("/etc/ssl/"), std::string("/var/run/secrets/")}) {
    if (path.starts_with(known)) return true;
  }
  return false;
}

class PodCheck {
 public:
  PodCheck(const Target& target, const std::string& folder, std::vector<Status>& found)
      : target_(target), folder_(folder), found_(found) {}

  void File(const std::string& path) const {
    if (!path.empty() && !IsInPods(path, folder_)) Add("no pod has the file " + path, kHint);
  }
  void Secret(const SecretSource& source) const {
    File(source.file);
    if (!source.environment.empty()) Add("no pod has the variable " + source.environment, kHint);
    if (!source.exec.empty()) {
      Add("no pod has the program " + source.exec.front(), "the image holds upkeep and nothing else");
    }
  }

 private:
  void Add(std::string what, const char* hint) const {
    found_.push_back(Status(Code::kInvalid, std::move(what)).WithHint(hint).At(target_.place));
  }

  const Target& target_;
  const std::string& folder_;
  std::vector<Status>& found_;
};

}  // namespace

bool LooksAtItsCluster(const checks::Inventory& inventory) {
  return std::any_of(inventory.targets.begin(), inventory.targets.end(),
                     [](const Target& target) { return target.in_cluster; });
}

bool WritesItsCluster(const checks::Inventory& inventory) {
  return std::any_of(inventory.targets.begin(), inventory.targets.end(),
                     [](const Target& target) { return target.in_cluster && !target.write_kubeconfig.empty(); });
}

std::map<std::string, std::set<std::string>> SecretsRead(const checks::Inventory& inventory,
                                                         const std::vector<SecretSource>& others) {
  std::vector<SecretSource> sources = others;
  for (const Target& target : inventory.targets) {
    sources.push_back(target.password);
    sources.push_back(target.write_password);
  }
  std::map<std::string, std::set<std::string>> secrets;
  for (const SecretSource& source : sources) {
    const Target* const cluster = inventory.Find(source.cluster);
    if (cluster != nullptr && cluster->in_cluster) secrets[source.secret_namespace].insert(source.secret_name);
  }
  return secrets;
}

std::vector<Status> NotInPods(const checks::Inventory& inventory) {
  std::vector<Status> found;
  std::string folder = std::filesystem::path(inventory.file).parent_path().string();
  if (!folder.empty()) folder += "/";
  for (const Target& target : inventory.targets) {
    const PodCheck check(target, folder, found);
    check.File(target.kubeconfig);
    check.File(target.write_kubeconfig);
    check.Secret(target.password);
    check.Secret(target.write_password);
    for (const std::string* const file : {&target.tls.ca_file, &target.tls.certificate_file, &target.tls.key_file}) {
      check.File(*file);
    }
    for (const auto& [name, words] : target.plugins) check.File(words.front());
  }
  return found;
}

}  // namespace upkeep::cli
