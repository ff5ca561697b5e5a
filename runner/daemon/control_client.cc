// SPDX-License-Identifier: Apache-2.0
//
// The other end of the control socket, for commands: it asks one thing and goes.
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "runner/daemon/control_address.h"
#include "runner/daemon/control_socket.h"

namespace upkeep::daemon {
namespace {

constexpr timeval kClientPatience{10, 0};
constexpr std::size_t kMaxAnswer = std::size_t{16} << 20;

class Connection {
 public:
  Connection() : descriptor_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &kClientPatience, sizeof kClientPatience);
    setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &kClientPatience, sizeof kClientPatience);
  }
  ~Connection() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

Status NoAnswer(const std::string& path, const std::string& what) {
  return Status(Code::kUnreachable, "the daemon at " + path + " does not answer: " + what);
}

Code CodeOf(const std::string& name) {
  for (const Code code : {Code::kUsage, Code::kInvalid, Code::kNotFound, Code::kBusy, Code::kDenied,
                          Code::kStore, Code::kConfig, Code::kCancelled}) {
    if (CodeName(code) == name) return code;
  }
  return Code::kError;
}

Status Connect(const Connection& connection, const std::string& path) {
  const ControlAddress address(path);
  if (!address.ok()) return Status(Code::kNotFound, "no daemon listens at " + path);
  if (connect(connection.descriptor(), address.get(), ControlAddress::size()) == 0) return Status::Ok();
  switch (errno) {
    case ENOENT:
    case ENOTDIR:
    case ENOTSOCK:
    case ECONNREFUSED: return Status(Code::kNotFound, "no daemon listens at " + path);
    case EACCES:
    case EPERM:
      return Status(Code::kDenied, "this user may not speak to the daemon at " + path)
          .WithHint("run this as the daemon's user");
    default: return NoAnswer(path, std::strerror(errno));
  }
}

}  // namespace

Result<Value> AskDaemon(const std::string& path, const Value& request) {
  const Connection connection;
  if (connection.descriptor() < 0) return NoAnswer(path, std::strerror(errno));
  UPKEEP_RETURN_IF_ERROR(Connect(connection, path));
  const std::string line = CanonicalJson(request) + "\n";
  for (std::size_t sent = 0; sent < line.size();) {
    const ssize_t wrote =
        send(connection.descriptor(), line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return NoAnswer(path, std::strerror(errno));
    sent += static_cast<std::size_t>(wrote);
  }
  std::string answer;
  while (answer.find('\n') == std::string::npos) {
    std::array<char, 16384> bytes{};
    const ssize_t got = recv(connection.descriptor(), bytes.data(), bytes.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return NoAnswer(path, errno == EAGAIN ? "it is busy" : std::strerror(errno));
    if (got == 0) {
      // Hung up on without a word: that is how another user is answered.
      return Status(Code::kDenied, "the daemon at " + path + " hung up")
          .WithHint("run this as the daemon's user");
    }
    answer.append(bytes.data(), static_cast<std::size_t>(got));
    if (answer.size() > kMaxAnswer) return NoAnswer(path, "its answer is too large");
  }
  auto value = ParseJson(answer.substr(0, answer.find('\n')));
  if (!value.ok() || !value->is_object()) return NoAnswer(path, "its answer is no JSON object");
  if (value->contains("ok") && (*value)["ok"] == Value(true)) return std::move(*value);
  return Status(CodeOf(StringAt(*value, "code")), StringAt(*value, "message"))
      .WithHint(StringAt(*value, "hint"));
}

}  // namespace upkeep::daemon
