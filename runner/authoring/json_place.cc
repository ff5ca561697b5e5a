// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/json_place.h"

#include <algorithm>
#include <cstddef>
#include <string>

namespace upkeep::authoring {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kEnds = ",]}: \t\r\n";

class JsonWalker {
 public:
  explicit JsonWalker(std::string_view json) : json_(json) {}

  std::size_t Find(std::string_view path) {
    SkipBlanks();
    std::size_t best = at_;
    while (!path.empty()) {
      const std::size_t slash = std::min(path.find('/'), path.size());
      if (!Enter(path.substr(0, slash))) return best;
      best = at_;
      path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return best;
  }

 private:
  char Here() const { return at_ < json_.size() ? json_[at_] : '\0'; }
  void SkipBlanks() { at_ = std::min(json_.find_first_not_of(kBlanks, at_), json_.size()); }

  std::string_view TakeText() {
    const std::size_t from = ++at_;
    while (at_ < json_.size() && json_[at_] != '"') at_ += json_[at_] == '\\' ? 2 : 1;
    const std::size_t end = std::min(at_, json_.size());
    at_ = std::min(end + 1, json_.size());
    return json_.substr(from, end - from);
  }

  void SkipValue() {
    int depth = 0;
    do {
      SkipBlanks();
      const char c = Here();
      if (c == '"') {
        TakeText();
      } else if (c == '{' || c == '[') {
        ++depth;
        ++at_;
      } else if (c == '}' || c == ']') {
        --depth;
        ++at_;
      } else if (c == ',' || c == ':') {
        ++at_;
      } else {
        at_ = std::min(json_.find_first_of(kEnds, at_), json_.size());
      }
    } while (depth > 0 && at_ < json_.size());
  }

  /// Goes to the value of the member or element `step` of the value here.
  bool Enter(std::string_view step) {
    const bool object = Here() == '{';
    if (!object && Here() != '[') return false;
    ++at_;
    for (std::size_t position = 0;; ++position) {
      SkipBlanks();
      if (at_ >= json_.size() || Here() == '}' || Here() == ']') return false;
      std::string name = std::to_string(position);
      if (object) {
        name = TakeText();
        SkipBlanks();
        ++at_;  // The colon.
        SkipBlanks();
      }
      if (name == step) return true;
      SkipValue();
      SkipBlanks();
      if (Here() == ',') ++at_;
    }
  }

  const std::string_view json_;
  std::size_t at_ = 0;
};

}  // namespace

int LineOfJson(std::string_view json, std::string_view path) {
  const std::size_t at = JsonWalker(json).Find(path);
  return 1 + static_cast<int>(std::count(json.begin(), json.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

}  // namespace upkeep::authoring
