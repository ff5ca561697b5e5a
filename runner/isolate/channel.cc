// SPDX-License-Identifier: Apache-2.0
#include "runner/isolate/channel.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace upkeep::isolate {
namespace {


}  // namespace

Task<Result<Value>> Channel::Read(Limits limits) {
  for (;;) {
    Result<std::optional<Value>> message = frames_.Next();
    if (!message.ok()) co_return message.status();
    if (message->has_value()) co_return **std::move(message);
    // Waits first: a process that talks without end must not keep others from their turn.
    Status readable = co_await reactor_.WaitReadable(socket_, limits);
    if (!readable.ok()) co_return readable;
    std::string piece(kPiece, '\0');
    const ssize_t got = recv(socket_, piece.data(), piece.size(), 0);
    if (got > 0) {
      frames_.Feed(std::string_view(piece).substr(0, static_cast<std::size_t>(got)));
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
      co_return Status(Code::kUnreachable, "the playbook's process closed its connection");
    }
  }
}

Task<Status> Channel::Write(Value message, Limits limits) {
  const Result<std::string> frame = EncodeFrame(message);
  if (!frame.ok()) co_return frame.status();
  std::string_view rest = *frame;
  while (!rest.empty()) {
    const ssize_t sent = send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      Status writable = co_await reactor_.WaitWritable(socket_, limits);
      if (!writable.ok()) co_return writable;
    } else if (errno != EINTR) {
      co_return Status(Code::kUnreachable, "the playbook's process closed its connection");
    }
  }
  co_return Status::Ok();
}

}  // namespace upkeep::isolate
