// SPDX-License-Identifier: Apache-2.0
//
// Messages over upkeep's end of the socket.
//
// THREADS: as its reactor. Private to runner/isolate.

#ifndef UPKEEP_RUNNER_ISOLATE_CHANNEL_H_
#define UPKEEP_RUNNER_ISOLATE_CHANNEL_H_

#include <cstddef>
#include <string>

#include "base/cancel.h"
#include "base/io/reactor.h"
#include "base/io/turnstile.h"
#include "base/status.h"
#include "base/task.h"
#include "runner/isolate/frame.h"

namespace upkeep::isolate {

class Channel {
 public:
  /// `socket` does not block, and outlives the channel, as the reactor does.
  Channel(io::Reactor& reactor, int socket, FrameBounds bounds)
      : reactor_(reactor), socket_(socket), frames_(bounds) {}

  /// The next message. kUnreachable: the other side closed. kInvalid, kTruncated: see FrameReader.
  Task<Result<Value>> Read(Limits limits);
  /// Bytes of the last message read.
  std::size_t last_size() const { return frames_.last_size(); }

  /// One message. What must stay together is written under one turn.
  Task<Result<io::Turnstile::Turn>> Turn(Limits limits) { return writing_.Enter(reactor_, std::move(limits)); }
  /// REQUIRES: a turn.
  Task<Status> Write(Value message, Limits limits);

 private:
  io::Reactor& reactor_;
  const int socket_;
  FrameReader frames_;
  io::Turnstile writing_;
};

}  // namespace upkeep::isolate

#endif  // UPKEEP_RUNNER_ISOLATE_CHANNEL_H_
