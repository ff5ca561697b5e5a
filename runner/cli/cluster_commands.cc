// SPDX-License-Identifier: Apache-2.0
//
// upkeep manifests: what a cluster must be told to run upkeep.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/version.h"
#include "checks/targets/inventory.h"
#include "runner/cli/cluster_role.h"
#include "runner/cli/command_parts.h"
#include "runner/cli/deliver_parts.h"
#include "runner/cli/manifest.h"
#include "runner/cli/manifest_check.h"
#include "runner/cli/manifest_deliveries.h"
#include "runner/cli/manifest_inventory.h"
#include "runner/cli/playbook_lookup.h"
#include "runner/cli/settings.h"
#include "runner/cli/shell_words.h"
#include "runner/notify/channel.h"
#include "runner/run/catalog.h"
#include "schedules/file.h"

namespace upkeep::cli {
namespace {

namespace fs = std::filesystem;

Result<std::string> FileText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return Status(Code::kConfig, "cannot read " + path);
  return text.str();
}

/// The calendars that go along; only where a schedule has one.
Status ReadCalendars(const fs::path& folder, ManifestOptions& options) {
  std::vector<std::string> used;
  for (const schedules::Schedule& schedule : options.schedules) {
    if (schedule.calendar) used.push_back(schedule.calendar->name());
  }
  if (used.empty()) return Status::Ok();
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string extension = at->path().extension().string();
    if (extension == ".yaml" || extension == ".yml" || extension == ".ics") paths.push_back(at->path());
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string& name : used) {
    const bool there = std::any_of(paths.begin(), paths.end(), [&](const fs::path& path) {
      return path.stem() == name;
    });
    if (!there) {
      return Status(Code::kInvalid, "the calendar '" + name + "' is not in " + folder.string())
          .WithHint("only calendars of that folder go along into the cluster");
    }
  }
  for (const fs::path& path : paths) {
    Result<std::string> text = FileText(path.string());
    if (!text.ok()) return text.status();
    options.calendar_files.emplace_back(path.filename().string(), std::move(*text));
  }
  return Status::Ok();
}

Status ReadSchedules(const Invocation& invocation, ManifestOptions& options) {
  const std::string folder = ScheduleFolder(invocation);
  std::vector<std::string> paths;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".yaml") paths.push_back(entry.path().string());
  }
  if (error || paths.empty()) {
    return Status(Code::kConfig, folder + " has no schedule files").WithHint("name the folder with --schedules");
  }
  std::sort(paths.begin(), paths.end());
  Result<schedules::ScheduleFile> file = schedules::ReadScheduleFiles(paths, SystemClock().Now());
  if (!file.ok()) return file.status();
  UPKEEP_RETURN_IF_ERROR(file->Errors());
  options.schedules = std::move(file->schedules);
  for (const std::string& path : paths) {
    Result<std::string> text = FileText(path);
    if (!text.ok()) return text.status();
    options.schedule_files.emplace_back(fs::path(path).filename().string(), std::move(*text));
  }
  return ReadCalendars(fs::path(folder) / "calendars", options);
}

void Warn(const Invocation& invocation, const std::vector<Status>& warnings) {
  for (const Status& warning : warnings) {
    *invocation.err << invocation.Say("warning") << ": " << invocation.Describe(warning) << "\n";
  }
}

/// The files are checked here, where a person sees the error, and not first in the pod.
Status ReadConfigFiles(const Invocation& invocation, ManifestOptions& options) {
  std::string inventory = InClusterInventory();
  const char* const set = std::getenv("UPKEEP_INVENTORY");
  const std::string path = invocation.Value("--inventory", set != nullptr ? set : "");
  if (!path.empty()) {
    Result<std::string> text = FileText(path);
    if (!text.ok()) return text.status();
    inventory = std::move(*text);
  }
  Result<checks::Inventory> read = checks::ParseInventory(inventory, path.empty() ? "inventory.yaml" : path);
  if (!read.ok()) return read.status();
  options.inventory = std::move(*read);
  Warn(invocation, NotInPods(options.inventory));
  options.config_files.emplace_back("inventory.yaml", std::move(inventory));
  if (!invocation.Has("--deliveries")) return Status::Ok();
  const Result<notify::Deliveries> deliveries = LoadDeliveries(invocation);
  if (!deliveries.ok()) return deliveries.status();
  TakeAlong(*deliveries, options);
  Warn(invocation, NotInPods(*deliveries));
  Result<std::string> text = FileText(deliveries->file);
  if (!text.ok()) return text.status();
  options.config_files.emplace_back("deliveries.yaml", std::move(*text));
  return Status::Ok();
}

/// A namespace that is there before upkeep, and others' pods in it: to hold those to what upkeep's
/// pods keep would stop them.
void LeaveTheNamespace(const Invocation& invocation, ManifestOptions& options) {
  const bool shared = options.space == "default" || options.space.starts_with("kube-");
  if (!shared && !invocation.Has("--no-namespace")) return;
  options.make_namespace = false;
  *invocation.err << "upkeep: "
                  << invocation.Say(shared ? "the namespace " + options.space + " is not upkeep's alone, and is left as it is"
                                           : "the namespace " + options.space + " is not made: it has to be there")
                  << "\n";
}

int MakeManifests(Invocation& invocation) {
  ManifestOptions options;
  options.space = invocation.Value("--namespace", options.space);
  options.image = invocation.Has("--image") ? invocation.Value("--image") : "upkeep:" + std::string(Version());
  options.storage = invocation.Value("--storage", options.storage);
  options.storage_class = invocation.Value("--storage-class");
  if (const std::string count = invocation.Value("--replicas"); !count.empty()) {
    constexpr int kMost = 9;
    options.replicas = count.size() == 1 && count[0] >= '0' && count[0] <= '9' ? count[0] - '0' : 0;
    if (options.replicas < 1) {
      return invocation.Fail(Status(Code::kUsage, "--replicas '" + count + "' is no number from 1 to " +
                                                      std::to_string(kMost)));
    }
  }
  const std::string approver = invocation.Value("--approver");
  // What was typed first, before any file is read.
  if (const Status good = CheckManifest(options, approver); !good.ok()) return invocation.Fail(good);
  if (const Status read = ReadConfigFiles(invocation, options); !read.ok()) return invocation.Fail(read);
  if (invocation.Has("--with-write-identity") && !WritesItsCluster(options.inventory)) {
    return invocation.Fail(Status(Code::kUsage, "no target of the inventory declares a write identity in this cluster")
                               .WithHint("write: {kubeconfig: write/kubeconfig} at the target with inCluster: true"));
  }
  std::string text;
  if (invocation.Has("--job")) {
    Result<std::vector<std::string>> words = ShellWords(invocation.Value("--job"));
    if (words.ok() && words->empty()) words = Status(Code::kUsage, "there is no command");
    if (!words.ok()) {
      return invocation.Fail(Status(words.status())
                                 .Within("--job")
                                 .WithHint("words are cut as a shell cuts them: --reason 'stale lock'"));
    }
    text = JobYaml(options, {std::move(*words), invocation.Has("--with-write-identity"), approver});
  } else {
    const Result<std::vector<run::Playbook>> playbooks = AllPlaybooks(invocation);
    if (!playbooks.ok()) return invocation.Fail(playbooks.status());
    Result<ClusterRights> rights = RightsOf(playbooks.value());
    if (!rights.ok()) return invocation.Fail(rights.status());
    options.rights = std::move(*rights);
    if (const Status read = ReadSchedules(invocation, options); !read.ok()) return invocation.Fail(read);
    LeaveTheNamespace(invocation, options);
    if (const Status good = CheckManifest(options, approver); !good.ok()) return invocation.Fail(good);
    Result<std::string> made = Manifests(options);
    if (!made.ok()) return invocation.Fail(made.status());
    text = std::move(*made);
  }
  const Status written = WriteOutput(invocation, invocation.Value("--output"), text);
  return written.ok() ? 0 : invocation.Fail(written);
}

}  // namespace

std::vector<Command> MakeClusterCommands() {
  Command manifests;
  manifests.name = "manifests";
  manifests.summary = "What runs upkeep in a cluster: CronJobs, volume, rights, files";
  manifests.options = {
      {"--namespace", "NAME", "Where (default: upkeep)", false, {}},
      {"--no-namespace", "", "Without the Namespace: it is there; so for default and kube-*, too", false, {}},
      {"--image", "NAME", "Of the pods (default: upkeep:VERSION)", false, {}},
      {"--storage", "SIZE", "Of the store's volume (default: 1Gi)", false, {}},
      {"--storage-class", "NAME", "Of the store's volume (default: the cluster's)", false, {}},
      {"--replicas", "COUNT", "A daemon of so many pods that agree by a Lease, in place of CronJobs", false, {}},
      {"--deliveries", "FILE", "The file of deliveries to take along", false, {}},
      {"--job", "COMMAND", "Only a Job that runs this command beside them, such as 'apply 3'", false, {}},
      {"--with-write-identity", "", "The Job may change the cluster", false, {}},
      {"--approver", "SECRET", "The Job has the key of one person, from this Secret, in /etc/upkeep/approver", false, {}},
      {"-o,--output", "PATH", "Instead of standard output", false, {}},
  };
  manifests.examples =
      "  upkeep manifests --image registry.example.com/upkeep:1 | kubectl apply -f -\n"
      "  upkeep manifests --image registry.example.com/upkeep:1 --replicas 2 \\\n    | kubectl apply -f -\n"
      "  upkeep manifests --job 'apply 3' --with-write-identity | kubectl create -f -\n";
  manifests.run = MakeManifests;
  return {MakeDoctorCommand(), manifests, MakeRbacCommand()};
}

}  // namespace upkeep::cli
