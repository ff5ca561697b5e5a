// SPDX-License-Identifier: Apache-2.0
//
// Messages between upkeep and a playbook's process, as bytes: four bytes of length, then a Value in
// MessagePack. Not JSON: strings of Lua are any bytes, and a figure may be no number; both must
// arrive as they were sent, or a playbook would behave otherwise in a process of its own.
//
// What a playbook's process sends is hostile: it is read within bounds of size, of values and of
// depth before any of it is made.
//
// THREADS: plain values.

#ifndef UPKEEP_RUNNER_ISOLATE_FRAME_H_
#define UPKEEP_RUNNER_ISOLATE_FRAME_H_

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "base/value.h"

namespace upkeep::isolate {

inline constexpr std::size_t kPiece = std::size_t{64} << 10;   ///< Bytes read from the socket at a time.

struct FrameBounds {
  std::size_t bytes = std::size_t{64} << 20;
  std::size_t values = std::numeric_limits<std::size_t>::max();   ///< At any depth.
};

/// The frame of `message`. One larger than four bytes can tell is kTruncated.
Result<std::string> EncodeFrame(const Value& message);

/// Takes frames out of a stream of bytes.
class FrameReader {
 public:
  explicit FrameReader(FrameBounds bounds) : bounds_(bounds) {}

  void Feed(std::string_view bytes) { bytes_.append(bytes); }

  /// The next message, which is an object; nothing while it is not whole. kTruncated: larger than the
  /// bounds. kInvalid: no message. After either the stream is of no more use.
  Result<std::optional<Value>> Next();
  /// Bytes of the last message that was given.
  std::size_t last_size() const { return last_size_; }

 private:
  const FrameBounds bounds_;
  std::string bytes_;
  std::size_t read_ = 0;   ///< Of bytes_.
  std::size_t last_size_ = 0;
};

}  // namespace upkeep::isolate

#endif  // UPKEEP_RUNNER_ISOLATE_FRAME_H_
