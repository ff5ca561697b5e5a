// SPDX-License-Identifier: Apache-2.0
#include "runner/isolate/child_link.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace upkeep::isolate {
namespace {

constexpr int kExitLost = 70;
// From upkeep itself: a page of documents is a few MiB.
constexpr FrameBounds kFromUpkeep{std::size_t{1} << 30, std::numeric_limits<std::size_t>::max()};

}  // namespace

ChildLink::ChildLink(int socket) : socket_(socket), frames_(kFromUpkeep) {}

std::optional<Value> ChildLink::Next() {
  Result<std::optional<Value>> message = frames_.Next();
  if (!message.ok()) _exit(kExitLost);
  return *std::move(message);
}

void ChildLink::Receive() {
  char piece[kPiece];
  const ssize_t got = read(socket_, piece, sizeof piece);
  if (got > 0) {
    frames_.Feed({piece, static_cast<std::size_t>(got)});
  } else if (got == 0 || errno != EINTR) {
    _exit(kExitLost);
  }
}

Value ChildLink::Read() {
  for (;;) {
    if (std::optional<Value> message = Next()) return *std::move(message);
    Receive();
  }
}

std::optional<Value> ChildLink::TryRead() {
  for (;;) {
    if (std::optional<Value> message = Next()) return message;
    pollfd socket{socket_, POLLIN, 0};
    if (poll(&socket, 1, 0) <= 0) return std::nullopt;
    Receive();
  }
}

void ChildLink::Send(const Value& message) {
  const Result<std::string> frame = EncodeFrame(message);
  if (!frame.ok()) _exit(kExitLost);
  std::string_view rest = *frame;
  while (!rest.empty()) {
    const ssize_t sent = write(socket_, rest.data(), rest.size());
    if (sent >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EINTR) {
      _exit(kExitLost);
    }
  }
}

}  // namespace upkeep::isolate
