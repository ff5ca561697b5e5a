// SPDX-License-Identifier: Apache-2.0
//
// Files, variables and programs that a configuration names and pods do not have. Pods have the
// folders secrets/, write/ and keys/ beside their configuration, and of the image's own
// certificates.
//
// THREADS: of its caller.

#ifndef UPKEEP_RUNNER_CLI_POD_FILES_H_
#define UPKEEP_RUNNER_CLI_POD_FILES_H_

#include <string>
#include <vector>

#include "base/status.h"
#include "checks/targets/inventory.h"

namespace upkeep::cli {

/// Collects a warning at `place` for each.
class PodFiles {
 public:
  /// `file` is the configuration, whose folder its paths begin with.
  explicit PodFiles(const std::string& file);

  void File(const std::string& path, const SourcePlace& place);
  void Secret(const checks::SecretSource& source, const SourcePlace& place);
  void Tls(const checks::TlsSettings& tls, const SourcePlace& place);
  const std::vector<Status>& missing() const { return missing_; }

 private:
  void Add(std::string what, const char* hint, const SourcePlace& place);

  std::string folder_;
  std::vector<Status> missing_;
};

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_POD_FILES_H_
