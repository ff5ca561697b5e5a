// SPDX-License-Identifier: Apache-2.0
//
// The socket of a playbook's process, which waits by reading: it has nothing else to wait for.
//
// THREADS: the process has one. Private to runner/isolate.

#ifndef UPKEEP_RUNNER_ISOLATE_CHILD_LINK_H_
#define UPKEEP_RUNNER_ISOLATE_CHILD_LINK_H_

#include <optional>

#include "base/value.h"
#include "runner/isolate/frame.h"

namespace upkeep::isolate {

/// When upkeep has gone, or says what is no message, the process ends: nobody is left to answer to.
class ChildLink {
 public:
  explicit ChildLink(int socket);
  Value Read();
  /// What has come already.
  std::optional<Value> TryRead();
  void Send(const Value& message);

 private:
  std::optional<Value> Next();
  void Receive();

  const int socket_;
  FrameReader frames_;
};

}  // namespace upkeep::isolate

#endif  // UPKEEP_RUNNER_ISOLATE_CHILD_LINK_H_
