// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "base/yaml/yaml.h"

namespace upkeep::yaml {
namespace {

constexpr std::size_t kMaxShownErrors = 100;

bool ComesBefore(const Status& a, const Status& b) {
  if (!a.place() || !b.place()) return b.place().has_value() && !a.place();
  if (a.place()->file != b.place()->file) return a.place()->file < b.place()->file;
  if (a.place()->line != b.place()->line) return a.place()->line < b.place()->line;
  return a.place()->column < b.place()->column;
}

}  // namespace

std::string NearestWord(std::string_view word, const std::vector<std::string>& candidates) {
  return upkeep::NearestWord(word, candidates);
}

Status Combine(const std::vector<Status>& errors, Code code) {
  if (errors.empty()) return Status::Ok();
  std::vector<const Status*> ordered;
  for (const Status& error : errors) ordered.push_back(&error);
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Status* a, const Status* b) { return ComesBefore(*a, *b); });
  const Status& first = *ordered.front();
  if (ordered.size() == 1) {
    Status only = Status(code, first.message()).WithHint(first.hint());
    return first.place() ? Status(std::move(only).At(*first.place())) : only;
  }
  // The lines and carets stand in the message, so the place keeps only its numbers: Describe()
  // then shows every error whole and in the file's order.
  std::string text;
  for (std::size_t i = 0; i < ordered.size() && i < kMaxShownErrors; ++i) {
    text += (i == 0 ? "" : "\n") + ordered[i]->Describe();
  }
  if (ordered.size() > kMaxShownErrors) {
    text += "\n(and " + std::to_string(ordered.size() - kMaxShownErrors) + " more errors)";
  }
  if (!first.place()) return Status(code, std::move(text));
  SourcePlace place = *first.place();
  place.text.clear();
  const std::string prefix = Status(code, "").At(place).Describe();
  return Status(code, text.substr(prefix.size())).At(std::move(place));
}

}  // namespace upkeep::yaml
