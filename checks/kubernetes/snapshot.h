// SPDX-License-Identifier: Apache-2.0
//
// A Snapshot is what one run sees of a cluster: each kind of object is listed once, with the
// fields that any playbook declared, and every playbook reads that one list.
//
// THREADS: as the reactor of its client.

#ifndef UPKEEP_CHECKS_KUBERNETES_SNAPSHOT_H_
#define UPKEEP_CHECKS_KUBERNETES_SNAPSHOT_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "checks/kubernetes/client.h"
#include "checks/kubernetes/gate.h"

namespace upkeep::kubernetes {

class Snapshot {
 public:
  /// `client` must outlive the snapshot.
  explicit Snapshot(KubernetesClient& client) : client_(client) {}

  /// Says that `paths` of `resource` will be read; no path means all of it.
  void Want(const std::string& resource, const std::vector<std::string>& paths);
  /// Told Resource::Name() of each list, whether it went well or not.
  using Listed = std::function<void(const std::string& resource)>;
  /// Lists everything that is wanted, side by side, and tells of each as it ends. `listed` must
  /// outlive the task.
  Task<void> Take(const Listed& listed, Limits limits);
  /// How the list of `resource` went. REQUIRES: wanted, and Take() has told of it.
  Status StatusOf(const std::string& resource) const;

  /// The list that `query` asks for (its fields are set here): from the snapshot where that has
  /// it, else from the API server, once for each query.
  Task<Result<std::shared_ptr<const DocumentList>>> List(ListQuery query, Limits limits);

  /// Bytes downloaded, and bytes kept, so far.
  std::size_t bytes_downloaded() const { return bytes_downloaded_; }
  std::size_t bytes_kept() const;

 private:
  using Documents = std::shared_ptr<const DocumentList>;
  struct Wanted {
    std::vector<std::string> paths;
    bool everything = false;
    std::vector<std::string> Fields() const {
      return everything ? std::vector<std::string>() : paths;
    }
  };
  struct Entry {
    Gate gate{1};                    ///< Who asks while it is fetched waits for the same list.
    bool done = false;
    Status status;
    Documents documents;
  };
  Task<void> Fetch(ListQuery query, Limits limits);
  Task<void> TakeOne(std::string resource, const Listed& listed, Limits limits);

  KubernetesClient& client_;
  std::map<std::string, Wanted> wanted_;                 ///< By Resource::Name().
  std::map<std::string, std::unique_ptr<Entry>> lists_;  ///< By what was asked.
  std::size_t bytes_downloaded_ = 0;
};

}  // namespace upkeep::kubernetes

#endif  // UPKEEP_CHECKS_KUBERNETES_SNAPSHOT_H_
