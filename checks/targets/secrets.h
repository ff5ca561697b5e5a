// SPDX-License-Identifier: Apache-2.0
//
// Reads secrets from where the inventory says they are. Every value that is read is made known
// to the Redactor before anybody else sees it.
//
// THREADS: as the reactor.

#ifndef UPKEEP_CHECKS_TARGETS_SECRETS_H_
#define UPKEEP_CHECKS_TARGETS_SECRETS_H_

#include <chrono>
#include <string>

#include "base/cancel.h"
#include "base/io/reactor.h"
#include "base/status.h"
#include "base/task.h"
#include "base/text.h"
#include "checks/targets/inventory.h"

namespace upkeep::checks {

/// Reads one key of a Kubernetes Secret, decoded. checks/kubernetes has the one that asks a
/// cluster of the inventory; this room only says what it needs.
class SecretReader {
 public:
  virtual ~SecretReader() = default;
  /// `cluster` is the name of a target. kNotPermitted names the missing permission, kNotFound
  /// the Secret or the key that is not there.
  virtual Task<Result<std::string>> ReadSecretKey(std::string cluster, std::string secret_namespace,
                                                  std::string name, std::string key, Limits limits) = 0;
};

class Secrets {
 public:
  /// How long an `exec:` provider may take, and how much any source may give.
  static constexpr std::chrono::seconds kExecTime{15};
  static constexpr std::size_t kMaxBytes = std::size_t{64} << 10;

  /// All must outlive it. Without `clusters` a Kubernetes Secret is kConfig.
  Secrets(io::Reactor& reactor, Redactor& redactor, SecretReader* clusters = nullptr)
      : reactor_(reactor), redactor_(redactor), clusters_(clusters) {}

  /// The secret's value, read anew at each call, without its last line's end; "" for a source
  /// that is not set. kConfig for a file, variable or program that is not there, kNotPermitted
  /// for a file that may not be read, kNoData for an empty value, kTruncated over kMaxBytes.
  Task<Result<std::string>> Read(SecretSource source, Limits limits);

  Redactor& redactor() { return redactor_; }

 private:
  Task<Result<std::string>> ReadUnchecked(SecretSource source, Limits limits);
  io::Reactor& reactor_;
  Redactor& redactor_;
  SecretReader* clusters_;
};

}  // namespace upkeep::checks

#endif  // UPKEEP_CHECKS_TARGETS_SECRETS_H_
