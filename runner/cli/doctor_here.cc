// SPDX-License-Identifier: Apache-2.0
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/zone/zone.h"
#include "runner/cli/doctor.h"
#include "runner/cli/exit_codes.h"
#include "runner/cli/settings.h"
#include "runner/cli/workplace.h"
#include "schedules/file.h"

namespace upkeep::cli {
namespace {

namespace fs = std::filesystem;
using Level = Diagnosis::Level;

/// Less than this, and a month of results may not fit.
constexpr double kLittleSpace = 256.0 * 1024 * 1024;

std::string Size(double bytes) {
  constexpr double kMebi = 1024.0 * 1024, kGibi = kMebi * 1024;
  char text[32];
  std::snprintf(text, sizeof text, bytes >= kGibi ? "%.1f GiB" : "%.0f MiB",
                bytes / (bytes >= kGibi ? kGibi : kMebi));
  return text;
}

void DiagnoseDisk(const std::string& folder, std::vector<Diagnosis>& found) {
  struct statvfs disk {};
  if (statvfs(folder.c_str(), &disk) != 0) {
    found.push_back(FaultOf("disk", Status(Code::kStore, folder + ": " + std::strerror(errno))));
    return;
  }
  const double free = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
  Diagnosis diagnosis{Level::kOk, "disk", Size(free) + " free in " + folder, "", 0};
  if (free < kLittleSpace) {
    diagnosis.level = Level::kFault;
    diagnosis.help = "free some, or keep the store elsewhere with --store";
    diagnosis.exit_code = ExitOf(Status(Code::kStore, ""));
  }
  found.push_back(std::move(diagnosis));
}

void DiagnoseStore(const Invocation& invocation, std::vector<Diagnosis>& found) {
  const std::string path = StorePath(invocation);
  // A folder that is still to be made lies in the nearest one that is there.
  fs::path folder = fs::absolute(path).parent_path();
  std::error_code error;
  while (!fs::exists(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
  if (!fs::exists(path, error)) {
    Diagnosis diagnosis{Level::kNote, "store", path + " is not there yet; the first run makes it", "", 0};
    if (access(folder.c_str(), W_OK) != 0) {
      diagnosis = FaultOf("store", Status(Code::kStore, "cannot write in " + folder.string() + ": " + std::strerror(errno))
                                       .WithHint("make " + path + "'s folder yours, or name another with --store"));
    }
    found.push_back(std::move(diagnosis));
  } else {
    const Result<std::unique_ptr<store::Store>> store = OpenStore(invocation, true);
    if (!store.ok()) {
      found.push_back(FaultOf("store", store.status()));
    } else if (access(path.c_str(), W_OK) != 0 || access(folder.c_str(), W_OK) != 0) {
      found.push_back(FaultOf("store", Status(Code::kStore, path + " or its folder is not writable")
                                           .WithHint("chown it to the user that runs upkeep")));
    } else {
      const auto faults = store.value()->CheckIntegrity();
      if (!faults.ok()) found.push_back(FaultOf("store", faults.status()));
      if (faults.ok() && faults.value().empty()) {
        found.push_back({Level::kOk, "store", path + " is writable and whole", "", 0});
      }
      if (faults.ok()) {
        for (const store::IntegrityFault& fault : faults.value()) {
          found.push_back(FaultOf("store", Status(Code::kStore, fault.what)));
        }
      }
    }
  }
  DiagnoseDisk(folder.string(), found);
}

void DiagnoseZones(std::vector<Diagnosis>& found) {
  const Result<zone::Zone> zone = zone::Zone::Load("Asia/Seoul");
  if (!zone.ok()) {
    found.push_back(FaultOf("zones", Status(Code::kConfig, zone.status().message())
                                         .WithHint("install the package tzdata")));
    return;
  }
  found.push_back({Level::kOk, "zones", "zone data of version " + zone::TzdataVersion(), "", 0});
}

void DiagnoseSchedules(const Invocation& invocation, std::vector<Diagnosis>& found) {
  const std::string folder = ScheduleFolder(invocation);
  std::vector<std::string> paths;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".yaml") paths.push_back(entry.path().string());
  }
  if (error || paths.empty()) {
    found.push_back(FaultOf("schedules", Status(Code::kConfig, folder + " has no schedule files")
                                             .WithHint("name the folder with --schedules")));
    return;
  }
  std::sort(paths.begin(), paths.end());
  const Result<schedules::ScheduleFile> file = schedules::ReadScheduleFiles(paths, SystemClock().Now());
  const Status status = file.ok() ? file.value().Errors() : file.status();
  if (!status.ok()) {
    found.push_back(FaultOf("schedules", status));
    return;
  }
  found.push_back({Level::kOk, "schedules",
                   std::to_string(file.value().schedules.size()) + " in " + folder + ", all valid", "", 0});
  for (const Status& warning : file.value().warnings) {
    found.push_back({Level::kNote, "schedules", warning.Describe(), "", 0});
  }
}

}  // namespace

Diagnosis FaultOf(const std::string& what, const Status& status, int exit_code) {
  Diagnosis diagnosis;
  diagnosis.level = Level::kFault;
  diagnosis.what = what;
  diagnosis.exit_code = exit_code != 0 ? exit_code : ExitOf(status);
  if (status.place()) {
    diagnosis.text = status.Describe();
  } else {
    diagnosis.text = status.message();
    diagnosis.help = status.hint();
  }
  return diagnosis;
}

void DiagnoseHere(const Invocation& invocation, std::vector<Diagnosis>& found) {
  DiagnoseStore(invocation, found);
  DiagnoseZones(found);
  DiagnoseSchedules(invocation, found);
}

}  // namespace upkeep::cli
