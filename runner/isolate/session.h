// SPDX-License-Identifier: Apache-2.0
//
// One conversation with a playbook's process, from its first message to its last.
//
// THREADS: as its reactor. Private to runner/isolate.

#ifndef UPKEEP_RUNNER_ISOLATE_SESSION_H_
#define UPKEEP_RUNNER_ISOLATE_SESSION_H_

#include <list>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runner/isolate/channel.h"
#include "runner/isolate/isolate.h"
#include "runner/isolate/record_check.h"

namespace upkeep::isolate {

class Session {
 public:
  /// All references outlive it, and so does `socket`, upkeep's end, which does not block.
  Session(io::Reactor& reactor, int socket, const Request& request, const Limits& limits, Activity& activity);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Talks until the process has given its result or can't be talked to any more. kUnreachable: it has
  /// gone, and its status tells why.
  Task<Result<Value>> Talk();

  /// Ends what is still being asked for. Before the session goes, or the socket closes.
  Task<void> Close();

  std::vector<Value> TakeRecords() { return std::move(records_); }

 private:
  using ListKey = std::pair<const DocumentList*, std::vector<std::string>>;
  struct SentList {
    std::int64_t id;
    std::shared_ptr<const DocumentList> kept;   ///< Another list may not come to stand at its address.
  };

  Task<Result<Value>> Next();
  Status Take(const Value& message);
  Status TakeRecordsOf(const Value& message);
  void Begin(Task<void> task);
  Task<void> SendAlone(Value message);
  Task<void> AnswerCall(Value message);
  Task<void> SendAnswer(std::int64_t id, Result<lua::Answer> answer);
  Task<Status> SendList(const lua::Answer& answer, std::int64_t& list);
  Value AnswerTo(std::int64_t id) const;
  Value StartMessage() const;
  Status NotStopped() const;

  const Request& request_;
  const Limits& limits_;
  Activity& activity_;
  Channel channel_;
  CancelSource calls_;            ///< Of host calls: with the run, and at the end of the session.
  CancelSource writes_;           ///< Of writing: at the end of the session.
  std::uint64_t chain_ = 0;
  bool ending_ = false;           ///< The limits were reached, and the process has a moment to say so.
  SteadyInstant patience_ = SteadyInstant::max();
  std::list<Task<void>> answering_;
  std::map<ListKey, SentList> sent_;
  RecordCheck check_;
  std::vector<Value> records_;
  std::size_t record_bytes_ = 0;
};

}  // namespace upkeep::isolate

#endif  // UPKEEP_RUNNER_ISOLATE_SESSION_H_
