// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/junit.h"

#include <cstdio>

#include "base/korean.h"

namespace upkeep::authoring {
namespace {

/// Text as XML 1.0 may hold it: what it forbids (most control characters) is left out.
std::string Xml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      case '\n': escaped += "&#10;"; break;
      case '\t': escaped += "&#9;"; break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) escaped += c;
    }
  }
  return escaped;
}

std::string Attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + Xml(value) + "\"";
}

std::string Seconds(std::chrono::microseconds took) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6f", std::chrono::duration<double>(took).count());
  return text;
}

std::string WhereOf(const Failure& failure) {
  return failure.file + (failure.line > 0 ? ":" + std::to_string(failure.line) : "");
}

std::string CaseAsXml(const PlaybookReport& report, const CaseReport& one, std::string_view language) {
  std::string xml = "    <testcase" + Attribute("classname", report.playbook->head.id) + Attribute("name", one.name) +
                    Attribute("file", one.file) + Attribute("line", std::to_string(one.line)) +
                    Attribute("time", Seconds(one.took));
  if (one.failures.empty()) return xml + "/>\n";
  std::string all;
  for (const Failure& failure : one.failures) {
    all += WhereOf(failure) + ": " + In(language, failure.text) + "\n";
  }
  return xml + ">\n      <failure" + Attribute("message", In(language, one.failures.front().text)) + ">" +
         Xml(all) + "</failure>\n    </testcase>\n";
}

std::chrono::microseconds TimeOf(const PlaybookReport& report) {
  std::chrono::microseconds took{0};
  for (const CaseReport& one : report.cases) took += one.took;
  return took;
}

}  // namespace

std::string AsJUnit(const std::vector<PlaybookReport>& reports, std::string_view language) {
  std::string suites;
  std::size_t tests = 0, failures = 0, errors = 0;
  for (const PlaybookReport& report : reports) {
    const std::size_t unread = report.unread.ok() ? 0 : 1;
    const std::size_t failed = report.failed() - unread;
    tests += report.cases.size() + unread;
    failures += failed;
    errors += unread;
    suites += "  <testsuite" + Attribute("name", report.playbook->head.id) + Attribute("file", report.playbook->path) +
              Attribute("tests", std::to_string(report.cases.size() + unread)) +
              Attribute("failures", std::to_string(failed)) + Attribute("errors", std::to_string(unread)) +
              Attribute("time", Seconds(TimeOf(report))) + ">\n";
    for (const CaseReport& one : report.cases) suites += CaseAsXml(report, one, language);
    if (unread > 0) {
      suites += "    <testcase" + Attribute("classname", report.playbook->head.id) + Attribute("name", "cases") +
                ">\n      <error" + Attribute("message", In(language, report.unread.message())) + "/>\n    </testcase>\n";
    }
    suites += "  </testsuite>\n";
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + Attribute("name", "upkeep test") +
         Attribute("tests", std::to_string(tests)) + Attribute("failures", std::to_string(failures)) +
         Attribute("errors", std::to_string(errors)) + ">\n" + suites + "</testsuites>\n";
}

Value AsJson(const std::vector<PlaybookReport>& reports, std::string_view language) {
  Value playbooks = Value::array();
  for (const PlaybookReport& report : reports) {
    Value cases = Value::array(), limits = Value::array(), branches = Value::array();
    for (const CaseReport& one : report.cases) {
      Value failures = Value::array();
      for (const Failure& failure : one.failures) {
        failures.push_back({{"file", failure.file}, {"line", failure.line}, {"message", In(language, failure.text)}});
      }
      cases.push_back({{"name", one.name}, {"file", one.file}, {"line", one.line},
                       {"seconds", std::chrono::duration<double>(one.took).count()}, {"failures", std::move(failures)}});
    }
    for (const LimitCoverage& limit : report.coverage.limits) {
      limits.push_back({{"metric", limit.metric}, {"limit", limit.limit}, {"parameter", limit.parameter},
                        {"crossed", limit.crossed}, {"kept", limit.kept}});
    }
    for (const auto& [from, to] : report.coverage.MissedBranches()) {
      branches.push_back({{"from", from}, {"to", to == 0 ? Value() : Value(to)}});
    }
    Value entry{{"playbook", report.playbook->head.id}, {"file", report.playbook->path}, {"cases", std::move(cases)},
                {"lines_missed", report.coverage.Missed()}, {"lines_percent", report.coverage.known.ok() ? Value(report.coverage.LinePercent()) : Value()},
                {"branches", report.coverage.branches.size()}, {"branches_missed", std::move(branches)},
                {"limits", std::move(limits)}};
    if (!report.unread.ok()) entry["error"] = In(language, report.unread.message());
    playbooks.push_back(std::move(entry));
  }
  return {{"playbooks", std::move(playbooks)}};
}

}  // namespace upkeep::authoring
