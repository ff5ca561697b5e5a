// SPDX-License-Identifier: Apache-2.0
#include "base/lua/pattern.h"

#include <cctype>
#include <cstring>

namespace upkeep::lua {
namespace {

constexpr std::size_t kStepsPerAsk = 8'192;
constexpr int kMostMatchDepth = 200;

/// Whether `c` is of class `letter`; an upper-case letter means its complement, any other
/// character itself.
bool InClass(unsigned char c, unsigned char letter) {
  bool fits = false;
  switch (std::tolower(letter)) {
    case 'a': fits = std::isalpha(c) != 0; break;
    case 'c': fits = std::iscntrl(c) != 0; break;
    case 'd': fits = std::isdigit(c) != 0; break;
    case 'g': fits = std::isgraph(c) != 0; break;
    case 'l': fits = std::islower(c) != 0; break;
    case 'p': fits = std::ispunct(c) != 0; break;
    case 's': fits = std::isspace(c) != 0; break;
    case 'u': fits = std::isupper(c) != 0; break;
    case 'w': fits = std::isalnum(c) != 0; break;
    case 'x': fits = std::isxdigit(c) != 0; break;
    default: return letter == c;
  }
  return std::isupper(letter) != 0 ? !fits : fits;
}

unsigned char Byte(const char* at) { return static_cast<unsigned char>(*at); }

}  // namespace

PatternMatcher::PatternMatcher(std::string_view subject, std::string_view pattern, Ask ask,
                               void* owner)
    : begin_(subject.data()), end_(subject.data() + subject.size()), pattern_(pattern.data()),
      pattern_end_(pattern.data() + pattern.size()), ask_(ask), owner_(owner), captures_{} {}

const char* PatternMatcher::MatchAt(const char* start) {
  level_ = 0;
  depth_ = 0;
  return Match(start, pattern_);
}

const char* PatternMatcher::Fail(const char* error) {
  if (error_ == nullptr) error_ = error;
  return nullptr;
}

bool PatternMatcher::Spend(std::size_t steps) {
  steps_ += steps;
  if (steps_ < kStepsPerAsk) return true;
  const std::size_t spent = steps_;
  steps_ = 0;
  if (!stopped_ && !ask_(owner_, spent)) stopped_ = true;
  if (stopped_) Fail("the playbook spent its budget");
  return !stopped_;
}

// The end of the single-character item at `p`, before any suffix.
const char* PatternMatcher::ItemEnd(const char* p) {
  const char first = *p++;
  if (first == '%') {
    if (p == pattern_end_) return Fail("malformed pattern (ends with '%')");
    return p + 1;
  }
  if (first != '[') return p;
  if (p < pattern_end_ && *p == '^') ++p;
  do {  // A "]" that comes first stands for itself.
    if (p == pattern_end_) return Fail("malformed pattern (missing ']')");
    const char c = *p++;
    if (c == '%') {
      if (p == pattern_end_) return Fail("malformed pattern (missing ']')");
      ++p;
    }
  } while (p == pattern_end_ || *p != ']');
  return p + 1;
}

// `p` is at "[", `bracket` at the closing "]".
bool PatternMatcher::InSet(unsigned char c, const char* p, const char* bracket) {
  bool found_means = true;
  if (p[1] == '^') {
    found_means = false;
    ++p;
  }
  while (++p < bracket) {
    if (*p == '%') {
      ++p;
      if (InClass(c, Byte(p))) return found_means;
    } else if (p[1] == '-' && p + 2 < bracket) {
      if (Byte(p) <= c && c <= Byte(p + 2)) return found_means;
      p += 2;
    } else if (Byte(p) == c) {
      return found_means;
    }
  }
  return !found_means;
}

bool PatternMatcher::Fits(const char* s, const char* p, const char* item_end) {
  if (s >= end_) return false;
  switch (*p) {
    case '.': return true;
    case '%': return InClass(Byte(s), Byte(p + 1));
    case '[': return InSet(Byte(s), p, item_end - 1);
    default: return *p == *s;
  }
}

const char* PatternMatcher::Match(const char* s, const char* p) {
  struct Nested {
    int& depth;
    explicit Nested(int& d) : depth(d) { ++depth; }
    ~Nested() { --depth; }
  };
  const Nested nested(depth_);
  if (depth_ > kMostMatchDepth) return Fail("pattern too complex");
  // What follows a plain item is matched by going round; only choices recurse.
  while (p != pattern_end_) {
    if (*p == '(') {
      const bool position = p + 1 < pattern_end_ && p[1] == ')';
      return position ? MatchOpen(s, p + 2, kPosition) : MatchOpen(s, p + 1, kOpen);
    }
    if (*p == ')') return MatchClose(s, p + 1);
    if (*p == '$' && p + 1 == pattern_end_) return s == end_ ? s : nullptr;
    if (*p == '%' && p + 1 < pattern_end_) {
      if (p[1] == 'b') {
        s = Balanced(s, p + 2);
        if (s == nullptr) return nullptr;
        p += 4;
        continue;
      }
      if (p[1] == 'f') {
        p += 2;
        if (p == pattern_end_ || *p != '[') return Fail("missing '[' after '%f' in pattern");
        const char* const set_end = ItemEnd(p);
        if (set_end == nullptr || !Spend(static_cast<std::size_t>(set_end - p))) return nullptr;
        const unsigned char before = s == begin_ ? 0 : Byte(s - 1);
        const unsigned char here = s == end_ ? 0 : Byte(s);
        if (InSet(before, p, set_end - 1) || !InSet(here, p, set_end - 1)) return nullptr;
        p = set_end;
        continue;
      }
      if (std::isdigit(Byte(p + 1)) != 0) {
        s = BackReference(s, Byte(p + 1));
        if (s == nullptr) return nullptr;
        p += 2;
        continue;
      }
    }
    const char* const item_end = ItemEnd(p);
    if (item_end == nullptr || !Spend(static_cast<std::size_t>(item_end - p))) return nullptr;
    const char suffix = item_end < pattern_end_ ? *item_end : '\0';
    if (suffix == '*') return MatchRepeated(s, p, item_end);
    if (suffix == '-') return MatchLazily(s, p, item_end);
    const bool fits = Fits(s, p, item_end);
    if (suffix == '+') return fits ? MatchRepeated(s + 1, p, item_end) : nullptr;
    if (suffix == '?') {
      if (fits) {
        const char* const found = Match(s + 1, item_end + 1);
        if (found != nullptr || error_ != nullptr) return found;
      }
      p = item_end + 1;
      continue;
    }
    if (!fits) return nullptr;
    ++s;
    p = item_end;
  }
  return s;
}

const char* PatternMatcher::MatchRepeated(const char* s, const char* p, const char* item_end) {
  const std::size_t cost = static_cast<std::size_t>(item_end - p);
  const char* last = s;
  while (Fits(last, p, item_end)) {
    if (!Spend(cost)) return nullptr;
    ++last;
  }
  for (;; --last) {
    const char* const found = Match(last, item_end + 1);
    if (found != nullptr || error_ != nullptr) return found;
    if (last == s || !Spend(1)) return nullptr;
  }
}

const char* PatternMatcher::MatchLazily(const char* s, const char* p, const char* item_end) {
  const std::size_t cost = static_cast<std::size_t>(item_end - p);
  for (;; ++s) {
    const char* const found = Match(s, item_end + 1);
    if (found != nullptr || error_ != nullptr) return found;
    if (!Fits(s, p, item_end) || !Spend(cost)) return nullptr;
  }
}

const char* PatternMatcher::MatchOpen(const char* s, const char* p, std::ptrdiff_t length) {
  if (level_ >= kMostCaptures) return Fail("too many captures");
  captures_[level_] = {s, length};
  ++level_;
  const char* const found = Match(s, p);
  if (found == nullptr) --level_;
  return found;
}

const char* PatternMatcher::MatchClose(const char* s, const char* p) {
  int open = level_ - 1;
  while (open >= 0 && captures_[open].length != kOpen) --open;
  if (open < 0) return Fail("invalid pattern capture");
  captures_[open].length = s - captures_[open].start;
  const char* const found = Match(s, p);
  if (found == nullptr) captures_[open].length = kOpen;
  return found;
}

const char* PatternMatcher::Balanced(const char* s, const char* p) {
  if (pattern_end_ - p < 2) return Fail("malformed pattern (missing arguments to '%b')");
  if (s == end_ || *s != *p) return nullptr;
  int depth = 1;
  for (const char* at = s + 1; at < end_; ++at) {
    if (!Spend(1)) return nullptr;
    if (*at == p[1]) {
      if (--depth == 0) return at + 1;
    } else if (*at == p[0]) {
      ++depth;
    }
  }
  return nullptr;
}

const char* PatternMatcher::BackReference(const char* s, unsigned char digit) {
  const int index = digit - '1';
  if (index < 0 || index >= level_ || captures_[index].length == kOpen) {
    return Fail("invalid capture index in pattern");
  }
  const std::ptrdiff_t length = captures_[index].length;
  if (length < 0 || end_ - s < length) return nullptr;
  if (!Spend(static_cast<std::size_t>(length) / 16 + 1)) return nullptr;
  return std::memcmp(captures_[index].start, s, static_cast<std::size_t>(length)) == 0 ? s + length
                                                                                       : nullptr;
}

}  // namespace upkeep::lua
