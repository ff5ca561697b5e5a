// SPDX-License-Identifier: Apache-2.0
//
// The part of ScheduleReader that reads what happens around a run: who, how late, how often.
#include <algorithm>

#include "schedules/schedule_reader.h"

namespace upkeep::schedules {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const std::vector<std::string>& Cadences() {
  static const std::vector<std::string> kCadences{"continuous", "daily",     "weekly",
                                                  "monthly",    "quarterly", "on_demand"};
  return kCadences;
}

}  // namespace

void ScheduleReader::ReadPlaybooks(yaml::MappingReader& entry, const yaml::Node& node,
                                   Schedule& schedule) {
  const yaml::Node* playbooks = entry.Take("playbooks");
  schedule.playbooks = entry.OptionalStrings("playbooks");
  if (playbooks == nullptr) {
    entry.Error(node, "the schedule needs the key 'playbooks'",
                "a list of ids, or \"cadence:daily\"");
    return;
  }
  if (playbooks->kind == yaml::Kind::kSequence && playbooks->items.empty()) {
    entry.Error(*playbooks, "'playbooks' is empty: the schedule would do nothing");
  }
  constexpr std::string_view kPrefix = "cadence:";
  for (std::size_t i = 0; i < schedule.playbooks.size(); ++i) {
    const std::string& playbook = schedule.playbooks[i];
    const yaml::Node& place =
        playbooks->kind == yaml::Kind::kSequence ? playbooks->items[i] : *playbooks;
    if (std::count(schedule.playbooks.begin(), schedule.playbooks.begin() + static_cast<long>(i),
                   playbook) > 0) {
      entry.Error(place, "'" + playbook + "' is listed twice");
    }
    if (!playbook.starts_with(kPrefix)) continue;
    const std::string cadence = playbook.substr(kPrefix.size());
    if (std::find(Cadences().begin(), Cadences().end(), cadence) != Cadences().end()) continue;
    const std::string near = yaml::NearestWord(cadence, Cadences());
    entry.Error(place, "there is no cadence '" + cadence + "'",
                near.empty() ? "daily, weekly, monthly, quarterly, continuous or on_demand"
                             : "did you mean 'cadence:" + near + "'?");
  }
}

void ScheduleReader::ReadPolicies(yaml::MappingReader& entry, Schedule& schedule) {
  schedule.grace = entry.OptionalDuration("grace", schedule.grace);
  schedule.deadline = entry.OptionalDuration("deadline", schedule.deadline);
  schedule.splay = entry.OptionalDuration("splay", schedule.splay);
  schedule.jitter = entry.OptionalDuration("jitter", schedule.jitter);
  schedule.heavy = entry.OptionalBool("heavy", false);
  if (const yaml::Node* node = entry.Take("catchUp")) ReadCatchUp(*node, schedule);
  if (const yaml::Node* node = entry.Take("overlap")) ReadOverlap(*node, schedule);
  if (const yaml::Node* node = entry.Take("retry")) ReadRetry(*node, schedule);
  if (const yaml::Node* node = entry.Take("deadline"); node && schedule.deadline < seconds(1)) {
    entry.Error(*node, "a run needs at least one second");
  }
  if (const yaml::Node* node = entry.Take("splay"); node && schedule.splay > hours(24)) {
    entry.Error(*node, "a splay is at most 1d");
  }
  if (const yaml::Node* node = entry.Take("jitter"); node && schedule.jitter > hours(1)) {
    entry.Error(*node, "a jitter is at most 1h");
  }
}

void ScheduleReader::ReadCatchUp(const yaml::Node& node, Schedule& schedule) {
  // Short form: catchUp: last. Long form: catchUp: {mode: all, limit: 10, maxAge: 2d}.
  CatchUpRule& rule = schedule.catch_up;
  const auto mode_of = [](const std::string& word) {
    return word == "none" ? CatchUp::kNone : word == "all" ? CatchUp::kAll : CatchUp::kLast;
  };
  const yaml::Node whole = LongForm(node, "mode");
  yaml::MappingReader reader(document_, whole, "'catchUp'", errors_);
  rule.mode = mode_of(reader.OptionalChoice("mode", {"last", "none", "all"}));
  rule.limit = static_cast<int>(reader.OptionalInteger("limit", 10, 1, 1000));
  rule.max_age = reader.OptionalDuration("maxAge", rule.max_age);
  // What means nothing was meant to mean something.
  for (const char* key : {"limit", "maxAge"}) {
    const yaml::Node* const extra = reader.Take(key);
    if (extra != nullptr && rule.mode == CatchUp::kNone) {
      reader.Error(*extra, "'" + std::string(key) + "' means nothing when nothing is caught up",
                   "write mode: last or mode: all");
    }
  }
  if (const yaml::Node* const limit = reader.Take("limit"); limit != nullptr && rule.mode == CatchUp::kLast) {
    reader.Error(*limit, "'limit' means nothing when only the last one is caught up", "write mode: all");
  }
  reader.Finish();
}

void ScheduleReader::ReadOverlap(const yaml::Node& node, Schedule& schedule) {
  OverlapRule& rule = schedule.overlap;
  const yaml::Node whole = LongForm(node, "mode");
  yaml::MappingReader reader(document_, whole, "'overlap'", errors_);
  const std::string mode = reader.OptionalChoice("mode", {"forbid", "allow", "replace", "queue"});
  rule.mode = mode == "allow"     ? OverlapMode::kAllow
              : mode == "replace" ? OverlapMode::kReplace
              : mode == "queue"   ? OverlapMode::kQueue
                                  : OverlapMode::kForbid;
  rule.queue_limit = static_cast<int>(reader.OptionalInteger("limit", 1, 1, 100));
  if (const yaml::Node* const limit = reader.Take("limit"); limit != nullptr && rule.mode != OverlapMode::kQueue) {
    reader.Error(*limit, "'limit' means nothing when nothing is queued", "write mode: queue");
  }
  reader.Finish();
}

void ScheduleReader::ReadRetry(const yaml::Node& node, Schedule& schedule) {
  yaml::MappingReader reader(document_, node, "'retry'", errors_);
  schedule.retry.attempts = static_cast<int>(reader.OptionalInteger("attempts", 0, 0, 20));
  schedule.retry.backoff = reader.OptionalDuration("backoff", schedule.retry.backoff);
  schedule.retry.cap = reader.OptionalDuration("cap", schedule.retry.cap);
  if (const yaml::Node* const backoff = reader.Take("backoff");
      backoff != nullptr && schedule.retry.backoff > schedule.retry.cap) {
    reader.Error(*backoff, "the first wait is longer than the longest, the cap of " + FormatDuration(schedule.retry.cap),
                 "write a longer cap");
  }
  reader.Finish();
}

void ScheduleReader::ReadHeartbeat(const yaml::Node& node, Schedule& schedule) {
  // Short form: heartbeat: https://hc.example.com/ping/UUID. In the long one, url may be
  // {file: PATH} or {env: NAME}: whoever reads the schedules need not know the address.
  Heartbeat& heartbeat = schedule.heartbeat;
  const yaml::Node whole = LongForm(node, "url");
  yaml::MappingReader reader(document_, whole, "'heartbeat'", errors_);
  if (!reader.ok()) return;
  const yaml::Node* const url = reader.Take("url");
  if (url == nullptr) {
    reader.Error(node, "a heartbeat needs a 'url'", "https://hc.example.com/ping/UUID, {file: PATH} or {env: NAME}");
  } else if (url->kind == yaml::Kind::kScalar) {
    heartbeat.url = url->scalar;
    // Not shown in the message: it is a secret.
    if (!heartbeat.url.starts_with("https://") && !heartbeat.url.starts_with("http://")) {
      reader.Error(*url, "a heartbeat's url begins with https:// or http://");
    }
  } else {
    yaml::MappingReader source(document_, *url, "'url'", errors_);
    heartbeat.file = source.OptionalString("file");
    heartbeat.environment = source.OptionalString("env");
    source.Finish();
    if (heartbeat.file.empty() == heartbeat.environment.empty()) {
      reader.Error(*url, "a heartbeat's url is one of {file: PATH} and {env: NAME}");
    }
  }
  heartbeat.start = reader.OptionalBool("start", true);
  heartbeat.attempts = static_cast<int>(reader.OptionalInteger("attempts", 3, 1, 10));
  heartbeat.time_limit = reader.OptionalDuration("timeLimit", heartbeat.time_limit);
  if (const yaml::Node* limit = reader.Take("timeLimit");
      limit != nullptr && (heartbeat.time_limit < seconds(1) || heartbeat.time_limit > minutes(1))) {
    reader.Error(*limit, "a heartbeat's time limit is from 1s to 1m");
  }
  reader.Finish();
}

}  // namespace upkeep::schedules
