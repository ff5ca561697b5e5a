// SPDX-License-Identifier: Apache-2.0
#include "schedules/calendar_shelf.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/yaml/yaml.h"
#include "schedules/calendar_limits.h"
#include "schedules/calendar_reader.h"
#include "schedules/icalendar.h"

namespace upkeep::schedules {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 3> kEndings{".yaml", ".yml", ".ics"};
constexpr std::size_t kMaxDepth = 8;
constexpr std::streamsize kMaxFileBytes = (std::streamsize{4} << 20) + 1;

bool IsPath(const std::string& reference) {
  return reference.find('/') != std::string::npos ||
         std::any_of(kEndings.begin(), kEndings.end(),
                     [&](const char* ending) { return reference.ends_with(ending); });
}

/// The file that `reference` means in a file of `folder`; kNotFound with the names there are.
Result<std::string> PathOf(const std::string& reference, const fs::path& folder) {
  std::error_code error;
  if (IsPath(reference)) {
    const fs::path path = folder / reference;
    if (fs::is_regular_file(path, error)) return path.lexically_normal().string();
    return Status(Code::kNotFound, "there is no calendar file " + path.lexically_normal().string());
  }
  const fs::path shelf = folder.filename() == "calendars" ? folder : folder / "calendars";
  for (const char* ending : kEndings) {
    const fs::path path = shelf / (reference + ending);
    if (fs::is_regular_file(path, error)) return path.lexically_normal().string();
  }
  std::vector<std::string> known;
  for (fs::directory_iterator at(shelf, error), end; !error && at != end; at.increment(error)) {
    const std::string ending = at->path().extension().string();
    if (std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end()) {
      known.push_back(at->path().stem().string());
    }
  }
  std::sort(known.begin(), known.end());
  std::string all;
  for (const std::string& name : known) all += (all.empty() ? "" : ", ") + name;
  const std::string near = yaml::NearestWord(reference, known);
  return Status(Code::kNotFound, "there is no calendar '" + reference + "' in " + shelf.string())
      .WithHint(!near.empty() ? "did you mean '" + near + "'?"
                : all.empty() ? "put " + reference + ".yaml or " + reference + ".ics there"
                              : "known calendars: " + all);
}

/// What `base` says, under what `parts` says.
void AddBase(const Calendar& base, bool weekend_given, CalendarParts& parts) {
  const CalendarParts& from = base.parts();
  if (!weekend_given) parts.weekend = from.weekend;
  parts.holidays.insert(parts.holidays.end(), from.holidays.begin(), from.holidays.end());
  parts.windows.insert(parts.windows.end(), from.windows.begin(), from.windows.end());
  // The whole is known only where each part is.
  if (from.covers_from && (!parts.covers_from || *from.covers_from > *parts.covers_from)) {
    parts.covers_from = from.covers_from;
  }
  if (from.covers_until && (!parts.covers_until || *from.covers_until < *parts.covers_until)) {
    parts.covers_until = from.covers_until;
  }
}

Result<std::string> BytesOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(static_cast<std::size_t>(kMaxFileBytes), '\0');
  file.read(text.data(), kMaxFileBytes);
  if (file.bad() || (file.fail() && !file.eof())) {
    return Status(Code::kConfig, "cannot read " + path);
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

}  // namespace

std::shared_ptr<const Calendar> CalendarShelf::Find(const std::string& reference,
                                                    const std::string& from_file,
                                                    std::vector<Status>& errors) {
  auto path = PathOf(reference, fs::path(from_file).parent_path());
  if (!path.ok()) {
    errors.push_back(path.status());
    return nullptr;
  }
  std::vector<std::string> open;
  const Read& read = ReadFile(*path, open);
  errors.insert(errors.end(), read.errors.begin(), read.errors.end());
  return read.calendar;
}

const CalendarShelf::Read& CalendarShelf::ReadFile(const std::string& path,
                                                   std::vector<std::string>& open) {
  if (const auto found = read_.find(path); found != read_.end()) return found->second;
  open.push_back(path);
  Read read;
  std::vector<Status>& errors = read.errors;
  CalendarFile file;
  auto text = BytesOf(path);
  if (!text.ok()) {
    errors.push_back(text.status());
  } else if (path.ends_with(".ics")) {
    file.parts = ReadICalendar(*text, path, errors);
  } else if (auto document = yaml::Read(std::move(*text), path); document.ok()) {
    file = ReadCalendarDocument(*document, errors);
  } else {
    errors.push_back(document.status());
  }
  for (const auto& [reference, place] : file.extends) {
    auto base = PathOf(reference, fs::path(path).parent_path());
    Status wrong = base.status();
    if (wrong.ok() && std::find(open.begin(), open.end(), *base) != open.end()) {
      wrong = Status(Code::kInvalid, "the calendar extends itself");
    } else if (wrong.ok() && open.size() >= kMaxDepth) {
      wrong = Status(Code::kInvalid, "calendars extend one another more than 8 deep");
    }
    if (!wrong.ok()) {
      errors.push_back(Status(Code::kInvalid, wrong.message()).WithHint(wrong.hint()).At(place));
      continue;
    }
    const Read& below = ReadFile(*base, open);
    errors.insert(errors.end(), below.errors.begin(), below.errors.end());
    if (below.calendar) AddBase(*below.calendar, file.weekend_given, file.parts);
  }
  open.pop_back();
  if (errors.empty()) {
    read.calendar = std::make_shared<Calendar>(fs::path(path).stem().string(),
                                               std::move(file.parts));
  }
  return read_.emplace(path, std::move(read)).first->second;
}

std::shared_ptr<const Calendar> ReadCalendarText(std::string text, const std::string& name,
                                                 std::vector<Status>& errors) {
  const std::size_t before = errors.size();
  CalendarFile file;
  if (name.ends_with(".ics")) {
    std::vector<Status> own;
    file.parts = ReadICalendar(text, name, own);
    errors.insert(errors.end(), own.begin(), own.end());
  } else if (auto document = yaml::Read(std::move(text), name); document.ok()) {
    file = ReadCalendarDocument(*document, errors);
    for (const auto& [reference, place] : file.extends) {
      errors.push_back(Status(Code::kInvalid, "a calendar without a file extends no other")
                           .At(place));
    }
  } else {
    errors.push_back(document.status());
  }
  if (errors.size() != before) return nullptr;
  return std::make_shared<Calendar>(name, std::move(file.parts));
}

}  // namespace upkeep::schedules
