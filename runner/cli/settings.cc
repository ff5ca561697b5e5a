// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/settings.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "base/write_file.h"
#include "runner/packs/lock.h"

namespace upkeep::cli {
namespace {

namespace fs = std::filesystem;

std::string Environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string FlagOrEnvironment(const Invocation& invocation, const char* flag, const char* name) {
  return invocation.Has(flag) ? invocation.Value(flag) : Environment(name);
}

/// The folder `name` that belongs to this binary: installed beside it, or in the source tree
/// that it was built in.
std::string FolderOfBinary(const std::string& name) {
  std::error_code error;
  const fs::path binary = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    for (fs::path at = binary.parent_path(); at.has_relative_path(); at = at.parent_path()) {
      for (const fs::path& place : {at / "share" / "upkeep" / name, at / name}) {
        // A build folder has folders of these names, too, with nothing of the kind in them.
        const char* const inside = name == "playbooks" ? "kubernetes" : "daily.yaml";
        if (fs::exists(place / inside, error)) {
          return place.string();
        }
      }
    }
  }
  return name;
}

}  // namespace

std::string StorePath(const Invocation& invocation) {
  const std::string given = FlagOrEnvironment(invocation, "--store", "UPKEEP_STORE");
  if (!given.empty()) return given;
  if (geteuid() == 0) return "/var/lib/upkeep/upkeep.db";
  const std::string state = Environment("XDG_STATE_HOME");
  return (state.empty() ? Environment("HOME") + "/.local/state" : state) + "/upkeep/upkeep.db";
}

std::string PacksFolder(const Invocation& invocation) {
  const std::string given = FlagOrEnvironment(invocation, "--packs", "UPKEEP_PACKS");
  if (!given.empty()) return given;
  if (geteuid() == 0) return "/var/lib/upkeep/packs";
  const std::string data = Environment("XDG_DATA_HOME");
  return (data.empty() ? Environment("HOME") + "/.local/share" : data) + "/upkeep/packs";
}

std::vector<std::string> PlaybookFolders(const Invocation& invocation) {
  std::vector<std::string> folders = invocation.Values("--playbooks");
  const std::string packs = PacksFolder(invocation);
  std::error_code error;
  const bool installed = fs::exists(fs::path(packs) / packs::kLockFile, error);
  if (!folders.empty()) {
    if (installed && invocation.Has("--packs")) folders.push_back(packs);
    return folders;
  }
  std::istringstream listed(Environment("UPKEEP_PLAYBOOKS"));
  for (std::string folder; std::getline(listed, folder, ':');) {
    if (!folder.empty()) folders.push_back(folder);
  }
  // Who has packs installed needs no folder beside them.
  const std::string own = FolderOfBinary("playbooks");
  if (folders.empty() && (!installed || fs::exists(own, error))) folders.push_back(own);
  if (installed) folders.push_back(packs);
  return folders;
}

std::string ScheduleFolder(const Invocation& invocation) {
  const std::string given = FlagOrEnvironment(invocation, "--schedules", "UPKEEP_SCHEDULES");
  return given.empty() ? FolderOfBinary("schedules") : given;
}

std::string Language(const Invocation& invocation) {
  const std::string given = FlagOrEnvironment(invocation, "--lang", "UPKEEP_LANG");
  if (!given.empty()) return given == "ko" ? "ko" : "en";
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const std::string value = Environment(name);
    if (!value.empty()) return value.rfind("ko", 0) == 0 ? "ko" : "en";
  }
  return "en";
}

Result<checks::Inventory> LoadInventory(const Invocation& invocation) {
  const std::string kubeconfig = invocation.Value("--kubeconfig");
  std::string path = FlagOrEnvironment(invocation, "--inventory", "UPKEEP_INVENTORY");
  std::error_code error;
  if (kubeconfig.empty() && invocation.Has("--context")) {
    return Status(Code::kUsage, "--context names a context of a kubeconfig, and there is none")
        .WithHint("add --kubeconfig FILE; a cluster of the inventory has its own key 'context'");
  }
  if (path.empty() && kubeconfig.empty()) {
    for (const char* usual : {"inventory.yaml", "/etc/upkeep/inventory.yaml"}) {
      if (fs::exists(usual, error)) {
        path = usual;
        break;
      }
    }
    if (path.empty()) {
      return Status(Code::kConfig, "there is no inventory, so there is nothing to look at")
          .WithHint("write inventory.yaml (docs/inventory.md), or name a cluster with "
                    "--kubeconfig FILE; KUBECONFIG is never used unasked");
    }
  }
  checks::Inventory inventory;
  if (!path.empty()) {
    Result<checks::Inventory> read = checks::ReadInventory(path);
    if (!read.ok()) return read;
    inventory = std::move(*read);
  }
  if (!kubeconfig.empty()) {
    Result<checks::Inventory> one =
        checks::InventoryOfKubeconfig(kubeconfig, invocation.Value("--context"));
    if (!one.ok()) return one;
    for (checks::Target& target : one->targets) {
      if (inventory.Find(target.name) != nullptr) {
        return Status(Code::kConfig, "the cluster of --kubeconfig and a target of the inventory "
                                     "are both named " + target.name)
            .WithHint("use one of the two");
      }
      inventory.targets.push_back(std::move(target));
    }
  }
  return inventory;
}

bool IsTerminal(int descriptor) { return isatty(descriptor) == 1; }

int TerminalColumns(int descriptor) {
  if (!IsTerminal(descriptor)) return 0;
  winsize size{};
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsualColumns;
}

bool ReaderIsGone(int descriptor) {
  // Writing fails then, but a stream does not keep why.
  pollfd pipe{descriptor, POLLOUT, 0};
  return poll(&pipe, 1, 0) == 1 && (pipe.revents & POLLERR) != 0;
}

Status WriteOutput(const Invocation& invocation, const std::string& path, const std::string& text) {
  if (path.empty() || path == "-") {
    *invocation.out << text;
    invocation.out->flush();
    return invocation.out->good() || ReaderIsGone(STDOUT_FILENO)
               ? Status::Ok()
               : Status(Code::kOutput, "standard output could not be written");
  }
  return WriteWholeFile(path, text);
}

}  // namespace upkeep::cli
