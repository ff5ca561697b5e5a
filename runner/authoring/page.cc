// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/page.h"

#include <cstdint>
#include <utility>

#include "base/clock.h"
#include "base/korean.h"
#include "base/text.h"

namespace upkeep::authoring {
namespace {

using Row = std::vector<Piece>;

std::string Joined(const std::vector<std::string>& words, const char* between = ", ") {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

/// 1 for a range's 1.0, as the head has it.
std::string NumberText(double number) {
  const auto whole = static_cast<std::int64_t>(number);
  return static_cast<double>(whole) == number ? std::to_string(whole) : CanonicalJson(Value(number));
}

std::string ValueText(const Value& value) {
  return value.is_string() ? value.get<std::string>() : CanonicalJson(value);
}

std::string RangeOf(const checks::Parameter& parameter) {
  if (!parameter.min && !parameter.max) return "";
  return (parameter.min ? NumberText(*parameter.min) : "") + " … " + (parameter.max ? NumberText(*parameter.max) : "");
}

/// Writes one page in one language.
class Composer {
 public:
  Composer(const run::Playbook& playbook, std::string language)
      : playbook_(playbook), head_(playbook.head) {
    page_.language = std::move(language);
    page_.title = head_.title.In(page_.language);
  }

  Page Compose(const std::vector<run::Case>& cases) {
    Facts();
    Heading({"What to do", "조치"});
    page_.blocks.push_back({Block::Kind::kParagraph, head_.fix.In(page_.language), {}});
    Messages();
    Parameters();
    Thresholds();
    Needs();
    Remedies();
    Cases(cases);
    return std::move(page_);
  }

 private:
  Piece Word(const Text& text) const { return {text.In(page_.language)}; }

  void Heading(const Text& text) { page_.blocks.push_back({Block::Kind::kHeading, text.In(page_.language), {}}); }

  /// A table under a heading; nothing where it has no rows.
  void Table(const Text& heading, const std::vector<Text>& columns, std::vector<Row> rows) {
    if (rows.empty()) return;
    if (!heading.empty()) Heading(heading);
    Row names;
    for (const Text& column : columns) names.push_back(Word(column));
    rows.insert(rows.begin(), std::move(names));
    page_.blocks.push_back({Block::Kind::kTable, "", std::move(rows)});
  }

  void Facts() {
    std::vector<Row> rows;
    const auto add = [&](const Text& name, std::string value, bool code) {
      if (!value.empty()) rows.push_back({Word(name), {std::move(value), code, ""}});
    };
    add({"Id", "아이디"}, head_.id, true);
    add({"Cadence", "주기"}, head_.cadence, true);
    add({"Target", "대상"}, head_.target, true);
    add({"Owner", "담당"}, head_.owner, false);
    add({"Runbook", "런북"}, head_.runbook, false);
    add({"Covers", "점검 항목"}, Joined(head_.covers), false);
    add({"Controls", "통제 항목"}, Joined(head_.controls), false);
    add({"Expected by", "설치 선언"}, head_.expects, true);
    Table({}, {{"Field", "항목"}, {"Value", "값"}}, std::move(rows));
  }

  void Messages() {
    std::vector<Row> rows;
    for (const auto& [name, text] : head_.messages) rows.push_back({{name, true, ""}, {text.In(page_.language)}});
    Table({"What it says", "결과 메시지"}, {{"Message", "이름"}, {"Text", "내용"}}, std::move(rows));
  }

  void Parameters() {
    std::vector<Row> rows;
    for (const checks::Parameter& parameter : head_.params) {
      rows.push_back({{parameter.name, true, ""}, {ValueText(parameter.default_value), true, ""}, {RangeOf(parameter)},
                      {parameter.unit}, {parameter.doc.In(page_.language)}, {In(page_.language, parameter.source)}});
    }
    Table({"Parameters", "매개변수"},
          {{"Name", "이름"}, {"Default", "기본값"}, {"Range", "범위"}, {"Unit", "단위"}, {"Meaning", "설명"}, {"Source", "근거"}},
          std::move(rows));
  }

  Piece Limit(const std::string& name) const {
    for (const checks::Parameter& parameter : head_.params) {
      if (parameter.name == name) return {name + " = " + ValueText(parameter.default_value), true, ""};
    }
    return {""};
  }

  void Thresholds() {
    std::vector<Row> rows;
    for (const checks::Threshold& threshold : head_.thresholds) {
      rows.push_back({{threshold.metric, true, ""}, {threshold.unit}, Limit(threshold.warning), Limit(threshold.critical),
                      Word(threshold.below ? Text{"at or below", "이하"} : Text{"at or above", "이상"}),
                      {In(page_.language, threshold.source)}});
    }
    Table({"Thresholds", "임계값"},
          {{"Metric", "지표"}, {"Unit", "단위"}, {"Warning", "경고"}, {"Critical", "심각"}, {"Reached", "기준"}, {"Source", "근거"}},
          std::move(rows));
  }

  void Needs() {
    std::vector<Row> rows;
    for (const checks::Need& need : head_.needs) {
      rows.push_back({{need.ToString(), true, ""}, {Joined(need.fields), !need.fields.empty(), ""},
                      need.optional ? Word({"yes", "예"}) : Piece{}});
    }
    Table({"Needs", "필요한 권한"}, {{"Need", "권한"}, {"Fields read", "읽는 필드"}, {"Optional", "선택"}}, std::move(rows));
  }

  void Remedies() {
    std::vector<Row> rows;
    for (const checks::Remedy& remedy : head_.remedies) {
      std::vector<std::string> needs;
      for (const checks::Need& need : remedy.needs) needs.push_back(need.ToString());
      rows.push_back({{remedy.name, true, ""}, {remedy.title.In(page_.language)},
                      {std::string(checks::RiskName(remedy.risk)), true, ""}, {Joined(needs), true, ""}});
    }
    Table({"Remedies", "조치 수단"}, {{"Name", "이름"}, {"What it does", "내용"}, {"Risk", "위험도"}, {"Needs", "필요한 권한"}},
          std::move(rows));
  }

  void Cases(const std::vector<run::Case>& cases) {
    std::vector<Row> rows;
    for (const run::Case& one : cases) {
      for (const Value& result : one.expect.value("results", Value::array())) {
        rows.push_back({{one.name}, {StringAt(result, "subject"), true, ""}, {StringAt(result, "state"), true, ""},
                        {SummaryOf(result)}});
      }
    }
    Table({"Tested on", "테스트 케이스"}, {{"Case", "케이스"}, {"Subject", "대상"}, {"State", "상태"}, {"Said", "메시지"}}, std::move(rows));
  }

  std::string SummaryOf(const Value& result) const {
    const auto summary = result.find("summary");
    return summary == result.end() ? "" : TextFromValue(*summary).In(page_.language);
  }

  const run::Playbook& playbook_;
  const checks::Head& head_;
  Page page_;
};

}  // namespace

Page PageOf(const run::Playbook& playbook, const std::vector<run::Case>& cases, const std::string& language) {
  return Composer(playbook, language).Compose(cases);
}

Page IndexOf(const std::vector<run::Playbook>& playbooks, const std::string& language) {
  Page page;
  page.language = language;
  page.title = Text{"Checks", "점검 목록"}.In(language);
  Block table{Block::Kind::kTable, "", {}};
  Row names;
  for (const Text& name : {Text{"Check", "점검"}, Text{"Title", "제목"}, Text{"Cadence", "주기"}, Text{"Target", "대상"}, Text{"Owner", "담당"}}) {
    names.push_back({name.In(language)});
  }
  table.rows.push_back(std::move(names));
  for (const run::Playbook& playbook : playbooks) {
    const checks::Head& head = playbook.head;
    table.rows.push_back({{head.id, true, head.id}, {head.title.In(language)}, {head.cadence, true, ""},
                          {head.target, true, ""}, {head.owner}});
  }
  page.blocks.push_back(std::move(table));
  return page;
}

}  // namespace upkeep::authoring
