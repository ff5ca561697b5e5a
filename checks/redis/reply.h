// SPDX-License-Identifier: Apache-2.0
//
// Replies of the Redis protocol (RESP2) as values, read by hiredis piece by piece and bounded.
// Private to checks/redis.
//
// THREADS: one at a time.

#ifndef UPKEEP_CHECKS_REDIS_REPLY_H_
#define UPKEEP_CHECKS_REDIS_REPLY_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/value.h"

struct redisReader;

namespace upkeep::redis {

constexpr std::size_t kMaxReplyBytes = std::size_t{4} << 20;
constexpr int kMaxReplyElements = 100'000;

struct Reply {
  Value value;                       ///< String, integer, null, or a list of these.
  std::string error;                 ///< "NOPERM this user …"; the value is null then.
};

class ReplyReader {
 public:
  ReplyReader();
  ~ReplyReader();
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  /// Takes bytes of the connection; kTruncated when one reply is over kMaxReplyBytes.
  Status Feed(std::string_view bytes);
  /// The next whole reply, nothing while it is not complete; kError when it is no RESP, or a
  /// list of more than kMaxReplyElements.
  Result<std::optional<Reply>> Next();

 private:
  struct Free {
    void operator()(redisReader* reader) const;
  };
  std::unique_ptr<redisReader, Free> reader_;
  std::size_t pending_ = 0;          ///< Bytes since the last whole reply.
};

/// A command as the protocol spells it.
std::string Encode(const std::vector<std::string>& arguments);

}  // namespace upkeep::redis

#endif  // UPKEEP_CHECKS_REDIS_REPLY_H_
