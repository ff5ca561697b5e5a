// SPDX-License-Identifier: Apache-2.0
//
// Who this process is, for claims that must outlive it.
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "runner/run/session.h"

namespace upkeep::run {
namespace {

std::string FirstLine(const std::string& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line;
}

/// Clock ticks since boot at which the process started; "" when there is none.
std::string StartTime(long pid) {
  const std::string stat = FirstLine("/proc/" + std::to_string(pid) + "/stat");
  // The command's name may hold blanks and brackets: fields count from after the last ")".
  const std::size_t end = stat.rfind(')');
  if (end == std::string::npos) return "";
  std::istringstream fields(stat.substr(end + 1));
  std::string field;
  constexpr int kStartTimeAfterName = 20;
  for (int i = 0; i < kStartTimeAfterName; ++i) fields >> field;
  return field;
}

/// `text` as a uid; nothing for what is none, and for the kernel's "not set".
std::optional<uid_t> ReadUid(const std::string& text) {
  constexpr std::uint64_t kNotSet = 4294967295;
  if (text.empty() || text.size() > 10 || text.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  const std::uint64_t number = std::stoull(text);
  if (number >= kNotSet) return std::nullopt;
  return static_cast<uid_t>(number);
}

/// Who logged in, not whom they became: behind sudo and su that is somebody else than getuid().
uid_t InvokingUid() {
  // The kernel keeps it across every change of uid; no user can write it.
  if (const auto login = ReadUid(FirstLine("/proc/self/loginuid")); login.has_value()) return *login;
  const uid_t uid = getuid();
  // Only root can be meant here: for anybody else the variable is whatever they typed.
  const char* const invoked_by = uid == 0 ? std::getenv("SUDO_UID") : nullptr;
  return invoked_by == nullptr ? uid : ReadUid(invoked_by).value_or(uid);
}

std::string MachineBoot() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return std::string(host.data()) + "/" + FirstLine("/proc/sys/kernel/random/boot_id");
}

}  // namespace

std::string ProcessHolder() {
  const long pid = getpid();
  return MachineBoot() + "/" + std::to_string(pid) + "/" + StartTime(pid);
}

bool HolderMayLive(const std::string& holder) {
  std::istringstream parts(holder);
  std::string host, boot, pid, start;
  std::getline(parts, host, '/');
  std::getline(parts, boot, '/');
  std::getline(parts, pid, '/');
  std::getline(parts, start, '/');
  const std::string here = MachineBoot();
  if (host != here.substr(0, here.find('/'))) return true;
  if (host + "/" + boot != here) return false;
  if (pid.empty() || pid.find_first_not_of("0123456789") != std::string::npos || pid.size() > 9) {
    return false;
  }
  const std::string now = StartTime(std::stol(pid));
  return !now.empty() && now == start;
}

namespace {

store::Actor ActorOf(uid_t uid) {
  store::Actor actor;
  actor.source = "os";
  actor.identity = "uid:" + std::to_string(uid);
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    actor.name = found->pw_name;
  } else {
    actor.name = actor.identity;
  }
  return actor;
}

}  // namespace

store::Actor ActorOfProcess(long pid, unsigned uid) {
  return ActorOf(ReadUid(FirstLine("/proc/" + std::to_string(pid) + "/loginuid")).value_or(uid));
}

store::Actor OperatingSystemActor() { return ActorOf(InvokingUid()); }

}  // namespace upkeep::run
