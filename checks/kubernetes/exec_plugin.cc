// SPDX-License-Identifier: Apache-2.0
#include "checks/kubernetes/exec_plugin.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/value.h"
#include "checks/kubernetes/encoding.h"

extern char** environ;

namespace upkeep::kubernetes {
namespace {

using Milliseconds = std::chrono::milliseconds;

constexpr std::size_t kMaxOutput = std::size_t{1} << 20;
constexpr std::size_t kMaxErrors = std::size_t{4} << 10;

/// Both ends of a pipe, closed when it goes.
struct Pipe {
  std::array<int, 2> ends{-1, -1};
  ~Pipe() {
    CloseReader();
    CloseWriter();
  }
  bool Open() { return pipe2(ends.data(), O_CLOEXEC) == 0; }
  void CloseReader() { Close(ends[0]); }
  void CloseWriter() { Close(ends[1]); }
  static void Close(int& fd) {
    if (fd >= 0) close(fd);
    fd = -1;
  }
};

/// Settings of posix_spawn; output to pipes, a process group of its own, nothing inherited.
struct SpawnSettings {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  SpawnSettings(int out, int err) {
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawn_file_actions_adddup2(&actions, err, 2);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  }
  ~SpawnSettings() {
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
};

/// A started plugin; killed with its children unless it has ended.
struct Child {
  pid_t pid = -1;
  ~Child() {
    if (pid > 0) {
      kill(-pid, SIGKILL);
      waitpid(pid, nullptr, 0);
    }
  }
  /// Waits for its end until `deadline`; nothing when it goes on.
  std::optional<int> Wait(SteadyInstant deadline) {
    int status = 0;
    while (waitpid(pid, &status, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() >= deadline) return std::nullopt;
      poll(nullptr, 0, 5);  // Its output has ended, so its end is near.
    }
    pid = -1;
    return status;
  }
};

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> Environment(const ExecPlugin& plugin, const std::string& exec_info) {
  std::vector<std::string> added;
  for (const auto& [name, value] : plugin.environment) added.push_back(name + "=" + value);
  added.push_back("KUBERNETES_EXEC_INFO=" + exec_info);
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('=') + 1);
    bool replaced = false;
    for (const std::string& mine : added) replaced = replaced || mine.starts_with(name);
    if (!replaced) all.emplace_back(text);
  }
  for (std::string& entry : added) all.push_back(std::move(entry));
  return all;
}

// Reads both pipes to their ends.
Status ReadOutput(Pipe& out, Pipe& err, SteadyInstant deadline, std::string& output,
                  std::string& errors) {
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    std::array<pollfd, 2> waits{pollfd{out.ends[0], POLLIN, 0}, pollfd{err.ends[0], POLLIN, 0}};
    const auto left = std::chrono::duration_cast<Milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return Status(Code::kTimeout, "it did not end in time");
    const int ready = poll(waits.data(), waits.size(), static_cast<int>(left.count()) + 1);
    if (ready < 0 && errno != EINTR) return Status(Code::kError, std::strerror(errno));
    for (std::size_t i = 0; ready > 0 && i < waits.size(); ++i) {
      if (waits[i].fd < 0 || waits[i].revents == 0) continue;
      std::array<char, 8192> piece{};
      const ssize_t got = read(waits[i].fd, piece.data(), piece.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) {
        (i == 0 ? out : err).CloseReader();
        continue;
      }
      std::string& into = i == 0 ? output : errors;
      into.append(piece.data(), static_cast<std::size_t>(got));
      if (i == 1 && into.size() > kMaxErrors) into.resize(kMaxErrors);
      if (i == 0 && into.size() > kMaxOutput) {
        return Status(Code::kTruncated, "it printed more than 1 MiB");
      }
    }
  }
  return Status::Ok();
}

Status Fault(const ExecPlugin& plugin, Code code, const std::string& what) {
  return Status(code, "credential plugin " + plugin.arguments.front() + ": " + what)
      .WithHint(plugin.install_hint);
}

}  // namespace

std::string ExecInfo(const ExecPlugin& plugin, const Access& access) {
  Value info{{"apiVersion", plugin.api_version},
             {"kind", "ExecCredential"},
             {"spec", {{"interactive", false}}}};
  if (plugin.provide_cluster_info) {
    Value cluster{{"server", access.server}};
    if (!access.tls.verify) cluster["insecure-skip-tls-verify"] = true;
    if (!access.tls.server_name.empty()) cluster["tls-server-name"] = access.tls.server_name;
    if (!access.tls.ca_pem.empty()) {
      cluster["certificate-authority-data"] = EncodeBase64(access.tls.ca_pem);
    }
    info["spec"]["cluster"] = std::move(cluster);
  }
  return CanonicalJson(info);
}

Result<ExecCredential> ParseExecCredential(const std::string& json, const ExecPlugin& plugin) {
  // No word of the output goes into a message: it may hold the secret.
  Result<Value> value = ParseJson(json);
  if (!value.ok() || !value->is_object()) {
    return Fault(plugin, Code::kError, "it printed no JSON object");
  }
  if (StringAt(*value, "kind") != "ExecCredential" ||
      StringAt(*value, "apiVersion") != plugin.api_version) {
    return Fault(plugin, Code::kError, "it printed no ExecCredential of " + plugin.api_version);
  }
  const Value status = value->value("status", Value());
  ExecCredential credential;
  credential.token = StringAt(status, "token");
  credential.certificate_pem = StringAt(status, "clientCertificateData");
  credential.private_key_pem = StringAt(status, "clientKeyData");
  if (credential.certificate_pem.empty() != credential.private_key_pem.empty()) {
    return Fault(plugin, Code::kError, "it gave a certificate or a key without the other");
  }
  if (credential.token.empty() && credential.certificate_pem.empty()) {
    return Fault(plugin, Code::kError, "it gave neither a token nor a certificate");
  }
  if (const std::string expires = StringAt(status, "expirationTimestamp"); !expires.empty()) {
    Result<Instant> instant = ParseRfc3339(expires);
    if (!instant.ok()) return Fault(plugin, Code::kError, "its expirationTimestamp is no time");
    credential.expires = *instant;
  }
  return credential;
}

Result<ExecCredential> RunExecPlugin(const ExecPlugin& plugin, const std::string& exec_info,
                                     Milliseconds at_most) {
  const SteadyInstant deadline = std::chrono::steady_clock::now() + at_most;
  Pipe out, err;
  if (!out.Open() || !err.Open()) return Fault(plugin, Code::kError, std::strerror(errno));
  std::vector<std::string> arguments = plugin.arguments;
  std::vector<std::string> environment = Environment(plugin, exec_info);
  const SpawnSettings settings(out.ends[1], err.ends[1]);
  Child child;
  const int failed =
      posix_spawnp(&child.pid, arguments.front().c_str(), &settings.actions, &settings.attributes,
                   Pointers(arguments).data(), Pointers(environment).data());
  if (failed != 0) {
    child.pid = -1;
    return Fault(plugin, Code::kConfig, std::string("cannot be started: ") + std::strerror(failed))
        .At(plugin.place);
  }
  out.CloseWriter();
  err.CloseWriter();

  std::string output, errors;
  if (Status read = ReadOutput(out, err, deadline, output, errors); !read.ok()) {
    return Fault(plugin, read.code(), read.message());
  }
  const std::optional<int> ended = child.Wait(deadline);
  if (!ended) return Fault(plugin, Code::kTimeout, "it did not end in time");
  if (!WIFEXITED(*ended) || WEXITSTATUS(*ended) != 0) {
    const std::string how = WIFEXITED(*ended)
                                ? "it failed with exit code " + std::to_string(WEXITSTATUS(*ended))
                                : "it was ended by signal " + std::to_string(WTERMSIG(*ended));
    while (!errors.empty() && (errors.back() == '\n' || errors.back() == ' ')) errors.pop_back();
    return Fault(plugin, Code::kError, errors.empty() ? how : how + ": " + errors);
  }
  return ParseExecCredential(output, plugin);
}

}  // namespace upkeep::kubernetes
