// SPDX-License-Identifier: Apache-2.0
//
// A run ends with the slowest of its targets. What marks the attempts at the others as looked at
// keeps the slow one from making their next slots overlap: they are written down once a second while
// the run still waits, so that a run which ends sooner writes none.
//
// THREADS: as the reactor. References outlive the marks, and the marks the task.

#ifndef UPKEEP_RUNNER_DAEMON_LOOKED_MARKS_H_
#define UPKEEP_RUNNER_DAEMON_LOOKED_MARKS_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/io/reactor.h"
#include "base/task.h"
#include "runner/daemon/journal.h"
#include "runner/run/executor.h"
#include "runner/store/store.h"

namespace upkeep::daemon {

class LookedMarks {
 public:
  /// `marked` is told after some were written; it may be empty.
  LookedMarks(io::Reactor& reactor, store::Store& store, Journal& journal,
              const std::vector<store::Attempt>& attempts, const std::vector<run::Pair>& pairs,
              std::function<void()> marked);

  /// A playbook has ended on its target.
  void Finished(const run::Pair& pair);

  /// Writes marks until End(). An error ends it and is logged: then slots overlap that need not.
  Task<void> Run();
  void End() { ended_.Cancel(); }

 private:
  struct Target {
    store::AttemptId attempt = 0;
    int left = 0;                ///< Playbooks that have not ended.
  };

  io::Reactor& reactor_;
  store::Store& store_;
  Journal& journal_;
  std::map<std::string, Target> targets_;
  std::vector<store::AttemptId> looked_;   ///< And not written yet.
  std::function<void()> marked_;
  CancelSource ended_;
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_LOOKED_MARKS_H_
