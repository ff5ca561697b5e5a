// SPDX-License-Identifier: Apache-2.0
#include "schedules/vectors.h"

#include <algorithm>

namespace upkeep::schedules {
namespace {

using std::chrono::seconds;

/// Where the offset of an RFC 3339 time begins; npos when it has none.
std::size_t OffsetAt(std::string_view text) { return text.find_first_of("Zz+-", 11); }

/// A time of the file. Wall times of a "local" vector are kept as if they were UTC.
Result<Instant> ReadTime(const Value& value, bool local, const zone::Zone& zone) {
  if (!value.is_string()) return Status(Code::kInvalid, "a time is not a string");
  std::string text = value.get<std::string>();
  const std::size_t offset = OffsetAt(text);
  if (!local && offset != std::string::npos) return ParseRfc3339(text);
  if (offset != std::string::npos) text.resize(offset);
  auto wall = ParseRfc3339(text + "Z");
  if (!wall.ok() || local) return wall;
  const auto whole = std::chrono::floor<seconds>(*wall);
  return Instant(zone.FromLocal(zone::LocalSeconds(whole.time_since_epoch())).first) +
         (*wall - whole);
}

std::string WriteTime(Instant instant, bool local, const zone::Zone& zone) {
  std::string text = zone.Format(instant);
  if (local) text.resize(OffsetAt(text));
  return text;
}

}  // namespace

std::optional<Dialect> DialectOfVectors(std::string_view name) {
  if (name == "vixie" || name == "cronsim") return Dialect::kVixie;
  if (name == "robfig") return Dialect::kRobfig;
  if (name == "quartz") return Dialect::kQuartz;
  return std::nullopt;
}

Result<std::optional<VectorDifference>> RunVector(const Value& vector, Dialect dialect) {
  if (!vector.is_object() || !vector.contains("expr") || !vector["expr"].is_string()) {
    return Status(Code::kInvalid, "a vector is an object with the key 'expr'");
  }
  VectorDifference difference;
  difference.expr = vector["expr"].get<std::string>();
  CronOptions options{.dialect = dialect};
  const bool want_invalid = vector.contains("invalid") && vector["invalid"] == true;
  if (want_invalid) {
    if (!CronExpression::Parse(difference.expr, options).ok()) {
      return std::optional<VectorDifference>();
    }
    difference.want = "invalid";
    difference.got = "valid";
    return std::optional(difference);
  }
  if (!vector.contains("next") || !vector["next"].is_array() || !vector.contains("from")) {
    return Status(Code::kInvalid, "a vector has 'from' and 'next', or 'invalid'");
  }
  const std::string name = StringAt(vector, "tz", "local");
  const bool local = name == "local";
  if (!local) {
    auto zone = zone::Zone::Load(name);
    if (!zone.ok()) return zone.status();
    options.zone = *zone;
  }
  difference.want = vector["next"];
  options.accept_never = true;
  auto expression = CronExpression::Parse(difference.expr, options);
  if (!expression.ok()) {
    difference.got = "invalid";
    return std::optional(difference);
  }
  auto at = ReadTime(vector["from"], local, options.zone);
  if (!at.ok()) return at.status();
  const std::size_t wanted = std::max<std::size_t>(1, vector["next"].size());
  bool equal = true;
  difference.got = Value::array();
  for (std::size_t i = 0; i < wanted; ++i) {
    const auto next = expression->Next(*at);
    if (!next) {
      equal = equal && vector["next"].empty();
      break;
    }
    difference.got.push_back(WriteTime(*next, local, options.zone));
    if (i < vector["next"].size()) {
      auto want = ReadTime(vector["next"][i], local, options.zone);
      if (!want.ok()) return want.status();
      equal = equal && *want == *next;
    } else {
      equal = false;
    }
    *at = *next;
  }
  return equal ? std::optional<VectorDifference>() : std::optional(difference);
}

Result<VectorReport> RunVectors(std::string_view text, const std::string& file) {
  VectorReport report;
  int line_number = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = text.substr(start, end - start);
    start = end + 1;
    ++line_number;
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    const SourcePlace place{.file = file, .line = line_number, .column = 1, .text = ""};
    auto vector = ParseJson(line);
    if (!vector.ok()) return Status(Code::kInvalid, vector.status().message()).At(place);
    const std::string name = StringAt(*vector, "dialect", "vixie");
    const auto dialect = DialectOfVectors(name);
    if (!dialect) {
      ++report.unsupported;
      continue;
    }
    auto outcome = RunVector(*vector, *dialect);
    if (!outcome.ok()) return Status(Code::kInvalid, outcome.status().message()).At(place);
    ++report.run;
    if (!outcome->has_value()) {
      ++report.equal;
    } else {
      (*outcome)->line = line_number;
      report.differences.push_back(std::move(**outcome));
    }
  }
  if (report.run + report.unsupported == 0) {
    return Status(Code::kInvalid, "it holds no vector").At({.file = file, .line = 1, .column = 1, .text = ""});
  }
  return report;
}

Value ToValue(const VectorDifference& difference) {
  return {{"line", difference.line},
          {"expr", difference.expr},
          {"want", difference.want},
          {"got", difference.got}};
}

Value SummaryOf(const VectorReport& report) {
  return {{"run", report.run},
          {"equal", report.equal},
          {"differ", report.differences.size()},
          {"unsupported", report.unsupported}};
}

}  // namespace upkeep::schedules
