// SPDX-License-Identifier: Apache-2.0
#include "runner/run/case_reader.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/lua/token.h"
#include "base/text.h"
#include "base/yaml/yaml.h"
#include "checks/model/result.h"
#include "runner/run/json_place.h"

namespace upkeep::run {
namespace {

constexpr std::uintmax_t kMaxCaseBytes = std::uintmax_t{64} << 20;
constexpr std::size_t kMostErrors = 100;
/// A longer line is a file without line breaks: a caret under it shows nothing.
constexpr std::size_t kLongestShownLine = 1000;

constexpr std::string_view kText = "a string", kNumber = "a number", kObject = "an object", kList = "a list";

/// A key that an object may have. No type: any value.
struct Field {
  std::string_view key, type;
  bool required = true;
};

bool HasType(const Value& value, std::string_view type) {
  return type.empty() || (type == kText && value.is_string()) || (type == kNumber && value.is_number()) ||
         (type == kObject && value.is_object()) || (type == kList && value.is_array());
}

std::string Shown(const Value& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  if (value.is_string()) return "the word '" + value.get<std::string>().substr(0, 64) + "'";
  return CanonicalJson(value);
}

std::string JoinedWords(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

const std::vector<std::string>& StateWords() {
  static const std::vector<std::string> words = {"ok", "warning", "critical", "unknown", "skipped"};
  return words;
}

/// What a call can fail with. Why a result is unknown is the playbook's word.
const std::vector<std::string>& ReasonWords() {
  static const std::vector<std::string> words = [] {
    std::vector<std::string> all;
    for (int code = static_cast<int>(Code::kOk) + 1; code <= static_cast<int>(Code::kInternal); ++code) {
      all.emplace_back(CodeName(static_cast<Code>(code)));
    }
    return all;
  }();
  return words;
}

const std::vector<std::string>& TargetKindWords() {
  static const std::vector<std::string> words = [] {
    std::vector<std::string> all;
    for (int kind = 0; kind <= static_cast<int>(checks::TargetKind::kHost); ++kind) {
      all.emplace_back(checks::TargetKindName(static_cast<checks::TargetKind>(kind)));
    }
    return all;
  }();
  return words;
}

/// "kubernetes.list": the schema's ^[a-z_]+\.[a-z_]+$.
bool IsCallName(std::string_view name) {
  const std::size_t dot = name.find('.');
  const auto is_word = [](std::string_view word) {
    return !word.empty() && word.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
  };
  return dot != std::string_view::npos && is_word(name.substr(0, dot)) && is_word(name.substr(dot + 1));
}

/// The schema's ^/calls/[0-9]+(/answer(/.*)?|/documents/.+)$.
bool LeadsIntoAnswer(std::string_view pointer) {
  constexpr std::string_view kCalls = "/calls/", kDigits = "0123456789", kAnswer = "/answer", kDocuments = "/documents/";
  if (!pointer.starts_with(kCalls)) return false;
  pointer.remove_prefix(kCalls.size());
  const std::size_t digits = std::min(pointer.find_first_not_of(kDigits), pointer.size());
  pointer.remove_prefix(digits);
  if (digits == 0) return false;
  return pointer == kAnswer || (pointer.starts_with(kAnswer) && pointer[kAnswer.size()] == '/') ||
         (pointer.starts_with(kDocuments) && pointer.size() > kDocuments.size());
}

class CaseReader {
 public:
  CaseReader(const std::string& text, const std::string& path) : text_(text), path_(path) {}

  CaseFile Read(const Value& value) {
    for (const RepeatedKey& repeated : RepeatedKeys(text_, kMostErrors)) {
      AddAt(repeated.at, "the key '" + repeated.key + "' is repeated", "keep one of them");
    }
    CaseFile file;
    file.path = path_;
    const std::vector<Field> fields = {{"format", ""}, {"playbook", kText}, {"cases", kList}};
    if (!Object(value, {}, "the case file", fields)) return file;
    if (const auto format = value.find("format"); format != value.end() && *format != 1) {
      Add({"format"}, "format must be 1, and this is " + Shown(*format));
    }
    file.playbook = StringAt(value, "playbook");
    file.playbook_place = PlaceAt(ByteOfJson(text_, {"playbook"}));
    const Value* const cases = List(value, "cases");
    if (cases == nullptr) return file;
    if (cases->empty()) Add({"cases"}, "the case file holds no case");
    for (std::size_t i = 0; i < cases->size(); ++i) {
      const Value& one = (*cases)[i];
      const JsonSteps at = {"cases", std::to_string(i)};
      const bool varies = one.is_object() && one.contains("from");
      file.cases.push_back(varies ? ReadVariant(one, at, file.cases) : ReadCase(one, at));
    }
    return file;
  }

  const std::vector<Status>& errors() const { return errors_; }

 private:
  Case ReadCase(const Value& value, const JsonSteps& at) {
    Case test_case;
    if (!Object(value, at, "the case", {{"name", kText}, {"now", kText}, {"target", kObject},
                                        {"params", kObject, false}, {"calls", kList}, {"expect", kObject}})) {
      return test_case;
    }
    ReadName(value, at, test_case);
    ReadNow(value, at, test_case);
    test_case.target = value.value("target", Value::object());
    test_case.params = value.value("params", Value::object());
    test_case.expect = value.value("expect", Value::object());
    if (test_case.target.is_object() && value.contains("target")) {
      const JsonSteps target = Below(at, "target");
      Object(test_case.target, target, "the target", {{"name", kText}, {"kind", kText}}, false);
      OneOf(test_case.target, target, "kind", TargetKindWords());
    }
    if (const Value* const calls = List(value, "calls")) {
      for (std::size_t i = 0; i < calls->size(); ++i) {
        test_case.calls.push_back(ReadCall((*calls)[i], Below(Below(at, "calls"), std::to_string(i))));
      }
    }
    if (test_case.expect.is_object() && value.contains("expect")) CheckExpected(test_case.expect, Below(at, "expect"));
    return test_case;
  }

  /// A case that takes over the answers of one above it, with other parameters, at another time, or with
  /// some of them changed.
  Case ReadVariant(const Value& value, const JsonSteps& at, const std::vector<Case>& above) {
    Case test_case;
    Object(value, at, "the case", {{"name", kText}, {"from", kText}, {"now", kText, false}, {"params", kObject, false},
                                   {"changes", kObject, false}, {"expect", kObject}});
    const std::string from = StringAt(value, "from");
    std::vector<std::string> names;
    for (const Case& one : above) {
      if (!one.variant.from.empty()) continue;
      names.push_back(one.name);
      if (one.name == from) test_case = one;
    }
    if (value["from"].is_string() && test_case.name.empty()) {
      const std::string near = NearestWord(from, names);
      Add(Below(at, "from"), "no recorded case above this one has the name '" + from + "'",
          near.empty() ? "" : "did you mean '" + near + "'?");
    }
    test_case.variant = {from, value.contains("now"), value.contains("params"), value.value("changes", Value::object())};
    ReadName(value, at, test_case);
    ReadNow(value, at, test_case);
    if (value.contains("params")) test_case.params = value["params"];
    if (!value.contains("now") && !value.contains("params") && !value.contains("changes")) {
      Add(at, "the case has none of now, params and changes, so it is the case that it is from");
    }
    if (value.contains("changes") && value["changes"].is_object()) {
      if (value["changes"].empty()) Add(Below(at, "changes"), "'changes' must not be empty");
      for (const auto& [pointer, changed] : value["changes"].items()) {
        if (errors_.size() >= kMostErrors) break;
        const JsonSteps changed_at = Below(Below(at, "changes"), pointer);
        if (!LeadsIntoAnswer(pointer)) {
          AddAt(ByteOfJson(text_, changed_at, true), "'" + pointer + "' is no pointer into an answer", "as in /calls/0/answer/used");
        } else if (!Change(test_case.calls, pointer, changed)) {
          AddAt(ByteOfJson(text_, changed_at, true), "nothing was recorded at '" + pointer + "' in the case '" + from + "'",
                "change what the recorded case has");
        }
      }
    }
    test_case.expect = value.value("expect", Value::object());
    if (test_case.expect.is_object() && value.contains("expect")) CheckExpected(test_case.expect, Below(at, "expect"));
    return test_case;
  }

  /// Puts `changed` in the place of a recorded value; false where there is none at `pointer`.
  /// REQUIRES: LeadsIntoAnswer(pointer).
  static bool Change(std::vector<RecordedCall>& calls, const std::string& pointer, const Value& changed) {
    constexpr std::string_view kCalls = "/calls/", kAnswer = "/answer", kDocuments = "/documents/";
    std::size_t position = 0;
    const auto [end, error] = std::from_chars(pointer.data() + kCalls.size(), pointer.data() + pointer.size(), position);
    if (error != std::errc() || position >= calls.size()) return false;
    RecordedCall& call = calls[position];
    std::string_view below(end, static_cast<std::size_t>(pointer.data() + pointer.size() - end));
    if (!call.reason.empty() || !below.starts_with(call.documents ? kDocuments : kAnswer)) return false;
    below.remove_prefix(call.documents ? kDocuments.size() - 1 : kAnswer.size());
    try {
      Value& there = call.answer.at(Value::json_pointer(std::string(below)));
      there = changed;
      return true;
    } catch (const Value::exception&) {
      return false;
    }
  }

  void ReadName(const Value& value, const JsonSteps& at, Case& test_case) {
    test_case.name = StringAt(value, "name");
    if (value.contains("name") && value["name"] == "") Add(Below(at, "name"), "'name' must not be empty");
  }

  void ReadNow(const Value& value, const JsonSteps& at, Case& test_case) {
    const auto now = value.find("now");
    if (now == value.end() || !now->is_string()) return;
    Result<Instant> read = ParseRfc3339(now->get_ref<const std::string&>());
    if (read.ok()) {
      test_case.now = *read;
    } else {
      Add(Below(at, "now"), "'now' must be a time, and this is " + Shown(*now), "write it as 2026-11-21T09:00:00Z");
    }
  }

  RecordedCall ReadCall(const Value& value, const JsonSteps& at) {
    RecordedCall call;
    if (!Object(value, at, "the call", {{"call", kText}, {"arguments", kList}, {"answer", "", false},
                                        {"documents", kList, false}, {"error", kObject, false}})) {
      return call;
    }
    call.call = StringAt(value, "call");
    if (value.contains("call") && value["call"].is_string() && !IsCallName(call.call)) {
      Add(Below(at, "call"), "'call' must be a module and its function, and this is " + Shown(value["call"]),
          "write it as kubernetes.list");
    }
    const auto outcomes = value.count("answer") + value.count("documents") + value.count("error");
    if (outcomes == 0) Add(at, "the call has none of answer, documents and error");
    if (outcomes > 1) Add(at, "the call has more than one of answer, documents and error");
    if (const auto error = value.find("error"); error != value.end() && error->is_object()) {
      const JsonSteps below = Below(at, "error");
      Object(*error, below, "the error", {{"reason", kText}, {"message", kText}});
      OneOf(*error, below, "reason", ReasonWords());
      call.reason = StringAt(*error, "reason");
      call.message = StringAt(*error, "message");
    }
    call.arguments = value.value("arguments", Value::array());
    call.documents = value.contains("documents");
    if (call.documents) {
      call.answer = value["documents"];
    } else if (value.contains("answer")) {
      call.answer = value["answer"];
    }
    return call;
  }

  void CheckExpected(const Value& expect, const JsonSteps& at) {
    Object(expect, at, "expect", {{"results", kList}, {"metrics", kList, false}, {"coverage", kObject, false}});
    if (const auto coverage = expect.find("coverage"); coverage != expect.end() && coverage->is_object()) {
      Object(*coverage, Below(at, "coverage"), "the coverage", {{"attempted", kNumber}, {"observed", kNumber}});
      for (const auto& [key, number] : coverage->items()) {
        if (number.is_number_float()) Add(Below(Below(at, "coverage"), key), "'" + key + "' must be a whole number");
      }
    }
    if (const Value* const results = List(expect, "results")) {
      if (results->empty()) Add(Below(at, "results"), "the case expects no result, so it could not fail");
      for (std::size_t i = 0; i < results->size(); ++i) {
        CheckResultOf((*results)[i], Below(Below(at, "results"), std::to_string(i)));
      }
    }
    if (const Value* const metrics = List(expect, "metrics")) {
      for (std::size_t i = 0; i < metrics->size(); ++i) {
        Object((*metrics)[i], Below(Below(at, "metrics"), std::to_string(i)), "the metric",
               {{"name", kText}, {"subject", kText}, {"value", kNumber}, {"unit", kText, false}});
      }
    }
  }

  void CheckResultOf(const Value& result, const JsonSteps& at) {
    if (!Object(result, at, "the result",
                {{"subject", kText}, {"state", kText}, {"reason", kText, false}, {"summary", kObject, false},
                 {"severity", kText, false}, {"remedy", kText, false}, {"detail", kText, false}, {"place", kText, false}})) {
      return;
    }
    OneOf(result, at, "state", StateWords());
    if (result.contains("severity")) OneOf(result, at, "severity", {"P1", "P2", "P3", "P4"});
    const auto summary = result.find("summary");
    if (summary == result.end() || !summary->is_object()) return;
    const JsonSteps below = Below(at, "summary");
    Object(*summary, below, "the summary", {{"en", kText}, {"ko", kText}});
    for (const auto& [language, text] : summary->items()) {
      if (text == "") Add(Below(below, language), "'" + language + "' must not be empty");
    }
  }

  /// Whether `value` is an object; tells what its keys and their types lack. Other keys are errors in
  /// a `closed` one.
  bool Object(const Value& value, const JsonSteps& at, const std::string& what, const std::vector<Field>& fields,
              bool closed = true) {
    if (!value.is_object()) {
      Add(at, what + " must be an object, and this is " + Shown(value));
      return false;
    }
    std::vector<std::string> known;
    for (const Field& field : fields) {
      known.emplace_back(field.key);
      const std::string key(field.key);
      const auto found = value.find(key);
      if (found == value.end()) {
        if (field.required) Add(at, what + " needs the key '" + key + "'");
      } else if (!HasType(*found, field.type)) {
        Add(Below(at, key), "'" + key + "' must be " + std::string(field.type) + ", and this is " + Shown(*found));
      }
    }
    for (const auto& [key, unused] : value.items()) {
      if (!closed || std::find(known.begin(), known.end(), key) != known.end()) continue;
      const std::string near = NearestWord(key, known);
      AddAt(ByteOfJson(text_, Below(at, key), true), what + " has no key '" + key + "'",
            near.empty() ? "known keys: " + JoinedWords(known) : "did you mean '" + near + "'?");
    }
    return true;
  }

  void OneOf(const Value& value, const JsonSteps& at, const std::string& key, const std::vector<std::string>& words) {
    const auto found = value.find(key);
    if (found == value.end() || !found->is_string()) return;
    const std::string& word = found->get_ref<const std::string&>();
    if (std::find(words.begin(), words.end(), word) != words.end()) return;
    const std::string near = NearestWord(word, words);
    Add(Below(at, key), "'" + key + "' must be one of " + JoinedWords(words) + ", and this is " + Shown(*found),
        near.empty() ? "" : "did you mean '" + near + "'?");
  }

  static const Value* List(const Value& value, const char* key) {
    const auto found = value.find(key);
    return found != value.end() && found->is_array() ? &*found : nullptr;
  }

  static JsonSteps Below(JsonSteps steps, std::string step) {
    steps.push_back(std::move(step));
    return steps;
  }

  void Add(const JsonSteps& at, std::string message, std::string hint = "") {
    if (errors_.size() < kMostErrors) AddAt(ByteOfJson(text_, at), std::move(message), std::move(hint));
  }

  void AddAt(std::size_t byte, std::string message, std::string hint) {
    if (errors_.size() >= kMostErrors) return;
    errors_.push_back(Status(Code::kInvalid, std::move(message)).WithHint(std::move(hint)).At(PlaceAt(byte)));
  }

  SourcePlace PlaceAt(std::size_t byte) const {
    SourcePlace place = lua::PlaceOfByte(text_, byte);
    place.file = path_;
    if (place.text.size() > kLongestShownLine) place.text.clear();
    return place;
  }

  const std::string& text_;
  const std::string& path_;
  std::vector<Status> errors_;
};

/// What is wrong with `text`, at its line and column.
Status NotJson(const std::string& text, const std::string& path, const Status& known) {
  // Nothing of it is kept: what was refused may be nested a million levels deep.
  const Value::parser_callback_t drop = [](int, Value::parse_event_t, Value&) { return false; };
  try {
    const Value unused = Value::parse(text, drop);
    (void)unused;
  } catch (const Value::parse_error& error) {
    SourcePlace place = lua::PlaceOfByte(text, error.byte == 0 ? 0 : error.byte - 1);
    place.file = path;
    return Status(Code::kInvalid, "this is no JSON").At(std::move(place));
  } catch (const std::exception&) {
    // Said by `known`.
  }
  return Status(known).Within(path);
}

}  // namespace

Result<CaseFile> ReadCaseFile(const std::string& path, std::vector<Status>* apart) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return Status(Code::kNotFound, "there is no case file " + path);
  if (size > kMaxCaseBytes) return Status(Code::kInvalid, path + " is larger than 64 MiB");
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return ReadCaseText(text.str(), path, apart);
}

Result<CaseFile> ReadCasesOf(const Playbook& playbook, std::vector<Status>* apart) {
  Result<CaseFile> file = ReadCaseFile(CasePathOf(playbook), apart);
  if (!file.ok() || file->playbook == playbook.head.id) return file;
  Status other = Status(Code::kInvalid, "the cases are of the playbook '" + file->playbook + "'")
                     .WithHint("write \"playbook\": \"" + playbook.head.id + "\"")
                     .At(file->playbook_place);
  if (apart != nullptr) apart->push_back(other);
  return other;
}

Result<CaseFile> ReadCaseText(const std::string& text, const std::string& path, std::vector<Status>* apart) {
  const Result<Value> value = ParseJson(text);
  if (!value.ok()) return NotJson(text, path, value.status());
  CaseReader reader(text, path);
  CaseFile file = reader.Read(*value);
  if (reader.errors().empty()) return file;
  if (apart != nullptr) *apart = reader.errors();
  return yaml::Combine(reader.errors());
}

}  // namespace upkeep::run
