// SPDX-License-Identifier: Apache-2.0
#include "runner/run/json_place.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/value.h"

namespace upkeep::run {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kEnds = ",]}: \t\r\n";

class JsonWalker {
 public:
  explicit JsonWalker(std::string_view json) : json_(json) {
    if (json_.starts_with("\xEF\xBB\xBF")) at_ = 3;  // A byte order mark, which the parser skips as well.
  }

  std::size_t Find(const JsonSteps& steps, bool key) {
    SkipBlanks();
    std::size_t best = at_;
    for (const std::string& step : steps) {
      key_at_ = best;
      if (!Enter(step)) return best;
      best = at_;
    }
    return key ? key_at_ : best;
  }

  std::vector<RepeatedKey> Repeated(std::size_t most) {
    std::vector<RepeatedKey> found;
    std::vector<std::set<std::string, std::less<>>> open;   // Of a list: empty.
    for (SkipBlanks(); at_ < json_.size() && found.size() < most; SkipBlanks()) {
      const std::size_t from = at_;
      switch (Here()) {
        case '{':
        case '[':
          open.emplace_back();
          ++at_;
          break;
        case '}':
        case ']':
          if (!open.empty()) open.pop_back();
          ++at_;
          break;
        case '"': {
          std::string text = TakeText();
          SkipBlanks();
          if (Here() == ':' && !open.empty() && !open.back().insert(text).second) {
            found.push_back({std::move(text), from});
          }
          break;
        }
        default:
          ++at_;
      }
    }
    return found;
  }

 private:
  char Here() const { return at_ < json_.size() ? json_[at_] : '\0'; }
  void SkipBlanks() { at_ = std::min(json_.find_first_not_of(kBlanks, at_), json_.size()); }

  std::string TakeText() {
    const std::size_t from = at_++;
    while (at_ < json_.size() && json_[at_] != '"') at_ += json_[at_] == '\\' ? 2 : 1;
    at_ = std::min(at_ + 1, json_.size());
    const std::string_view quoted = json_.substr(from, at_ - from);
    if (quoted.find('\\') == std::string_view::npos) return std::string(quoted.substr(1, std::max<std::size_t>(quoted.size(), 2) - 2));
    const Value text = Value::parse(quoted, nullptr, false);
    return text.is_string() ? text.get<std::string>() : std::string();
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
    std::size_t found = json_.size();
    for (std::size_t position = 0;; ++position) {
      SkipBlanks();
      if (at_ >= json_.size() || Here() == '}' || Here() == ']') break;
      const std::size_t from = at_;
      std::string name = object ? TakeText() : std::to_string(position);
      if (object) {
        SkipBlanks();
        ++at_;  // The colon.
        SkipBlanks();
      }
      if (name == step) {
        key_at_ = from;
        found = at_;
        if (!object) break;
      }
      SkipValue();
      SkipBlanks();
      if (Here() == ',') ++at_;
    }
    if (found == json_.size()) return false;
    at_ = found;
    return true;
  }

  const std::string_view json_;
  std::size_t at_ = 0;
  std::size_t key_at_ = 0;   ///< Of what was entered last.
};

}  // namespace

int LineOfJson(std::string_view json, std::string_view path) {
  JsonSteps steps;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    steps.emplace_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  const std::size_t at = ByteOfJson(json, steps);
  return 1 + static_cast<int>(std::count(json.begin(), json.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

std::size_t ByteOfJson(std::string_view json, const JsonSteps& steps, bool key) {
  return JsonWalker(json).Find(steps, key);
}

std::vector<RepeatedKey> RepeatedKeys(std::string_view json, std::size_t most) {
  return JsonWalker(json).Repeated(most);
}

}  // namespace upkeep::run
