// SPDX-License-Identifier: Apache-2.0
#include "checks/targets/secrets.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "checks/targets/command.h"
#include "checks/targets/files.h"

namespace upkeep::checks {

Result<std::string> ReadSmallFile(const std::string& path, const std::string& what, std::size_t at_most) {
  const std::string named = what + " '" + path + "'";
  // Not blocking: a pipe that nobody writes to must not stop the loop.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    const int error = errno;
    const Code code = error == EACCES || error == EPERM ? Code::kNotPermitted : Code::kConfig;
    return Status(code, "cannot read " + named + ": " + std::strerror(error))
        .WithHint(code == Code::kNotPermitted ? "let the user that runs upkeep read it" : "");
  }
  std::string text;
  char piece[4096];
  ssize_t got = 0;
  while ((got = read(fd, piece, sizeof piece)) > 0 || (got < 0 && errno == EINTR)) {
    if (got > 0) text.append(piece, static_cast<std::size_t>(got));
    if (text.size() > at_most) break;
  }
  const int error = errno;
  close(fd);
  if (got < 0) return Status(Code::kConfig, "cannot read " + named + ": " + std::strerror(error));
  if (text.size() > at_most) {
    return Status(Code::kTruncated, named + " is larger than " + std::to_string(at_most) + " bytes");
  }
  return text;
}

Task<Result<std::string>> Secrets::ReadUnchecked(SecretSource source, Limits limits) {
  if (!source.file.empty()) co_return ReadSmallFile(source.file, "the secret file", kMaxBytes);
  if (!source.environment.empty()) {
    const char* const value = std::getenv(source.environment.c_str());
    if (value == nullptr) {
      co_return Status(Code::kConfig, "the environment has no variable '" + source.environment + "'");
    }
    co_return std::string(value);
  }
  if (!source.exec.empty()) {
    Command command;
    command.arguments = source.exec;
    command.max_output = kMaxBytes;
    co_return co_await RunCommand(reactor_, std::move(command), limits.Within(kExecTime));
  }
  if (clusters_ == nullptr) {
    co_return Status(Code::kConfig, "no cluster can be asked for the Secret '" + source.secret_namespace +
                                        "/" + source.secret_name + "'");
  }
  co_return co_await clusters_->ReadSecretKey(source.cluster, source.secret_namespace, source.secret_name,
                                              source.secret_key, limits);
}

Task<Result<std::string>> Secrets::Read(SecretSource source, Limits limits) {
  if (!source.set()) co_return std::string();
  Result<std::string> value = co_await ReadUnchecked(source, std::move(limits));
  if (!value.ok()) co_return value;
  if (value->ends_with('\n')) value->pop_back();
  if (value->ends_with('\r')) value->pop_back();
  if (value->empty()) {
    const std::string where = !source.file.empty()          ? "file '" + source.file + "'"
                              : !source.environment.empty() ? "variable '" + source.environment + "'"
                              : !source.exec.empty()        ? "output of '" + source.exec[0] + "'"
                                                            : "Secret '" + source.secret_name + "'";
    co_return Status(Code::kNoData, "the secret in the " + where + " is empty");
  }
  redactor_.Add(*value);
  co_return value;
}

}  // namespace upkeep::checks
