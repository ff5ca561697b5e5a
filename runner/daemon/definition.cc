// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/definition.h"

#include <array>
#include <string_view>

namespace upkeep::daemon {
namespace {

using schedules::CronExpression;
using schedules::Dialect;

constexpr std::array<std::string_view, 3> kDialects = {"vixie", "robfig", "quartz"};
constexpr std::array<std::string_view, 3> kGaps = {"after", "shift", "skip"};
constexpr std::array<std::string_view, 2> kOverlaps = {"first", "both"};

template <typename Enum, std::size_t N>
std::optional<Enum> Parse(const std::array<std::string_view, N>& words, const std::string& word) {
  for (std::size_t i = 0; i < N; ++i) {
    if (words[i] == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

Value DefinitionDocument(const schedules::Schedule& schedule) {
  const CronExpression& expression = schedule.expression;
  return {{"id", schedule.id},
          {"enabled", schedule.enabled},
          {"cron", expression.text()},
          {"dialect", kDialects[static_cast<std::size_t>(expression.dialect())]},
          {"time_zone", expression.zone().name()},
          {"gap", kGaps[static_cast<std::size_t>(expression.dst().gap)]},
          {"overlap_hour", kOverlaps[static_cast<std::size_t>(expression.dst().overlap)]},
          {"both_days", expression.fields().both_days_must_match},
          {"playbooks", schedule.playbooks},
          {"targets", schedule.targets},
          {"grace_seconds", std::chrono::duration<double>(schedule.grace).count()},
          {"deadline_seconds", std::chrono::duration<double>(schedule.deadline).count()}};
}

Result<CronExpression> ExpressionOfDefinition(const Value& document) {
  schedules::CronOptions options;
  const auto dialect = Parse<Dialect>(kDialects, StringAt(document, "dialect"));
  const auto gap = Parse<schedules::Gap>(kGaps, StringAt(document, "gap"));
  const auto overlap = Parse<schedules::Overlap>(kOverlaps, StringAt(document, "overlap_hour"));
  if (!dialect || !gap || !overlap || !document.contains("both_days") ||
      !document["both_days"].is_boolean()) {
    return Status(Code::kInvalid, "a stored schedule can't be read");
  }
  auto zone = zone::Zone::Load(StringAt(document, "time_zone"));
  if (!zone.ok()) return zone.status();
  options.dialect = *dialect;
  options.zone = *zone;
  options.dst = {*gap, *overlap};
  options.day_rule = document["both_days"].get<bool>() ? schedules::DayRule::kAnd
                                                       : schedules::DayRule::kOr;
  options.hash_key = StringAt(document, "id");
  options.accept_never = true;
  return CronExpression::Parse(StringAt(document, "cron"), options);
}

}  // namespace upkeep::daemon
