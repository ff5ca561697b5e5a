// SPDX-License-Identifier: Apache-2.0
//
// upkeep.kubernetes: what playbooks see of a cluster. kubernetes.lua beside this file declares
// every function for authors.
//
// Reads go out under the reader's identity, changes (delete, patch, create) under the writer's,
// which is another one; without it every change is kDenied.
//
// THREADS: as the reactor of its clients.

#ifndef UPKEEP_CHECKS_KUBERNETES_MODULE_H_
#define UPKEEP_CHECKS_KUBERNETES_MODULE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "checks/kubernetes/call.h"
#include "checks/kubernetes/client.h"
#include "checks/kubernetes/snapshot.h"
#include "checks/model/host_module.h"

namespace upkeep::kubernetes {

class KubernetesModule final : public checks::HostModule {
 public:
  /// `writer` may be null.
  KubernetesModule(std::unique_ptr<KubernetesClient> reader,
                   std::unique_ptr<KubernetesClient> writer)
      : reader_(std::move(reader)), writer_(std::move(writer)), snapshot_(*reader_) {}

  std::string_view name() const override { return "kubernetes"; }
  std::vector<std::string> Functions() const override { return FunctionNames(); }
  Result<checks::Need> NeedOf(std::string_view function, const Value& arguments) const override;
  /// Lists are tried by listing, everything else by SelfSubjectAccessReview (changes with the
  /// writer's). kNoData: the API group is not served, so that it is not installed.
  Task<std::vector<Status>> Prepare(std::vector<checks::Need> needs, Limits limits) override {
    return PrepareAndTell(std::move(needs), nullptr, std::move(limits));
  }
  Task<std::vector<Status>> PrepareAndTell(std::vector<checks::Need> needs, NeedKnown known,
                                           Limits limits) override;
  Task<Result<lua::Answer>> Call(std::string function, Value arguments, Limits limits) override;

  KubernetesClient& reader() { return *reader_; }
  KubernetesClient* writer() { return writer_.get(); }  ///< Null where there is none.
  const Snapshot& snapshot() const { return snapshot_; }

 private:
  struct Preparing;
  Task<void> Try(Preparing& preparing, std::size_t need, Limits limits);
  Task<Result<lua::Answer>> Look(kubernetes::Call call, Limits limits);
  Task<Result<Value>> LookForValue(kubernetes::Call call, Limits limits);
  Task<Result<Value>> Change(kubernetes::Call call, Limits limits);

  std::unique_ptr<KubernetesClient> reader_, writer_;
  Snapshot snapshot_;
};

}  // namespace upkeep::kubernetes

#endif  // UPKEEP_CHECKS_KUBERNETES_MODULE_H_
