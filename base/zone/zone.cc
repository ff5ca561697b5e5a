// SPDX-License-Identifier: Apache-2.0
#include "base/zone/zone.h"

#include <absl/time/time.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>

#include "base/zone/names.h"
#include "base/zone/periods.h"

namespace upkeep::zone {

using std::chrono::seconds;

struct Zone::Data {
  std::string name;
  PeriodTable periods;
};

/// The zones loaded so far. Never destroyed: handles may outlive every other static.
struct Registry {
  std::mutex mutex;
  std::map<std::string, std::unique_ptr<const Zone::Data>, std::less<>> zones;

  static Registry& Get() {
    static Registry& registry = *new Registry;
    return registry;
  }

  const Zone::Data* Keep(std::string name, PeriodTable periods) {
    auto data = std::make_unique<const Zone::Data>(Zone::Data{name, std::move(periods)});
    return zones.emplace(std::move(name), std::move(data)).first->second.get();
  }
};

namespace {

bool IsThereAndNoFile(const std::string& path) {
  std::error_code ignored;
  const auto link = std::filesystem::symlink_status(path, ignored).type();
  const auto what = std::filesystem::status(path, ignored).type();
  const bool is_there = link != std::filesystem::file_type::not_found && link != std::filesystem::file_type::none;
  return is_there && what != std::filesystem::file_type::regular && what != std::filesystem::file_type::directory;
}

Status CanNotBeRead(std::string_view name) {
  return Status(Code::kConfig, "the zone file of '" + std::string(name.substr(0, 64)) + "' can't be read as tzdata")
      .WithHint("reinstall the system's tzdata package");
}

}  // namespace

Result<Zone> Zone::Load(std::string_view name) {
  if (name == "UTC") return Utc();
  Registry& registry = Registry::Get();
  const std::lock_guard lock(registry.mutex);
  if (const auto found = registry.zones.find(name); found != registry.zones.end()) {
    return Zone(found->second.get());
  }
  // Opening a pipe would wait for ever, and a link to nothing is no name that nobody has.
  if (IsWellFormed(name) && IsThereAndNoFile(ZoneFolder() + "/" + std::string(name))) return CanNotBeRead(name);
  absl::TimeZone zone;
  if (IsWellFormed(name) && absl::LoadTimeZone(std::string(name), &zone)) {
    return Zone(registry.Keep(std::string(name), PeriodTable(zone)));
  }
  const std::string shown(name.substr(0, 64));
  std::error_code ignored;
  if (IsWellFormed(name) &&
      std::filesystem::is_regular_file(ZoneFolder() + "/" + shown, ignored)) {
    return CanNotBeRead(name);
  }
  if (!std::filesystem::is_directory(ZoneFolder(), ignored)) {
    return Status(Code::kConfig, "there is no time zone data at " + ZoneFolder())
        .WithHint("install the package tzdata; TZDIR may name another folder");
  }
  std::string near = NearestZone(shown);
  if (near == shown) near.clear();   // A folder of zones.
  return Status(Code::kNotFound, "there is no time zone '" + shown + "'")
      .WithHint(near.empty() ? "use a name of tzdata, such as Asia/Seoul or UTC"
                             : "did you mean '" + near + "'?");
}

Zone Zone::Utc() {
  static const Data* utc = new Data{"UTC", PeriodTable(seconds(0))};
  return Zone(utc);
}

const std::string& Zone::name() const { return data_->name; }

Period Zone::PeriodAt(SysSeconds instant) const { return data_->periods.At(instant); }

LocalSeconds Zone::ToLocal(SysSeconds instant) const {
  return LocalSeconds(instant.time_since_epoch() + PeriodAt(instant).offset);
}

Resolved Zone::FromLocal(LocalSeconds local) const {
  // Offsets stay within a day and two hours, so the period a day and a half earlier is at most
  // a few before the right one.
  const SysSeconds naive(local.time_since_epoch());
  Period period = PeriodAt(naive - std::chrono::hours(36));
  while (period.LocalEnd() <= local) {
    const Period next = PeriodAt(period.end);
    if (local < next.LocalStart()) {  // Between two periods: a gap.
      return {.occurrence = Occurrence::kNever,
              .first = SysSeconds(local.time_since_epoch() - period.offset),
              .change = next.start,
              .second = SysSeconds(local.time_since_epoch() - next.offset)};
    }
    period = next;
  }
  const SysSeconds first(local.time_since_epoch() - period.offset);
  if (period.end != kEndOfTime) {
    const Period next = PeriodAt(period.end);
    if (local >= next.LocalStart()) {
      return {.occurrence = Occurrence::kTwice,
              .first = first,
              .change = next.start,
              .second = SysSeconds(local.time_since_epoch() - next.offset)};
    }
  }
  return {.occurrence = Occurrence::kOnce, .first = first, .change = first, .second = first};
}

std::string Zone::Format(Instant instant) const {
  const SysSeconds whole = std::chrono::floor<seconds>(instant);
  const seconds offset = PeriodAt(whole).offset;
  const SysSeconds shifted = whole + offset;
  const auto day = std::chrono::floor<std::chrono::days>(shifted);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(shifted - day);
  const auto minutes = std::chrono::abs(std::chrono::duration_cast<std::chrono::minutes>(offset));
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d%c%02d:%02d", int(date.year()),
                unsigned(date.month()), unsigned(date.day()), int(time.hours().count()),
                int(time.minutes().count()), int(time.seconds().count()),
                offset < seconds(0) ? '-' : '+', int(minutes.count() / 60),
                int(minutes.count() % 60));
  return text;
}

bool Zone::HasChangesAfter(SysSeconds from) const { return data_->periods.HasChangesAfter(from); }

}  // namespace upkeep::zone
