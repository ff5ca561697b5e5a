// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <numeric>
#include <utility>
#include <vector>

namespace upkeep {
namespace {

constexpr std::string_view kRedacted = "[redacted]";
constexpr std::size_t kShortestSecret = 4;

std::string Base64(std::string_view bytes) {
  std::vector<unsigned char> out(4 * ((bytes.size() + 2) / 3) + 1);
  const int size = EVP_EncodeBlock(out.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  return std::string(reinterpret_cast<const char*>(out.data()), static_cast<std::size_t>(size));
}

std::string PercentEncoded(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      char code[4];
      std::snprintf(code, sizeof code, "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += code;
    }
  }
  return out;
}

/// Decodes one character at `at`; advances it. 0xFFFD for bytes that are not UTF-8.
std::uint32_t NextCharacter(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  std::size_t length = lead < 0x80 ? 1 : (lead >> 5) == 0x6 ? 2 : (lead >> 4) == 0xE ? 3
                       : (lead >> 3) == 0x1E ? 4 : 0;
  if (length == 0 || at + length > text.size()) {
    ++at;
    return 0xFFFD;
  }
  std::uint32_t code = length == 1 ? lead : lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80U) {
      ++at;
      return 0xFFFD;
    }
    code = (code << 6U) | (byte(at + i) & 0x3FU);
  }
  constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool wrong = code < kSmallest[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF);
  at += wrong ? 1 : length;
  return wrong ? 0xFFFD : code;
}

bool IsUnprintable(std::uint32_t code) {
  if (code == '\n' || code == '\t') return false;
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x200B && code <= 0x200F) ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x2069) || code == 0xFEFF;
}

/// Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`.
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), row(b.size() + 1), next(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    next[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      next[j] = std::min({row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        next[j] = std::min(next[j], before[j - 2] + 1);
      }
    }
    std::swap(before, row);
    std::swap(row, next);
  }
  return row[b.size()];
}

}  // namespace

Value ToValue(const Text& text) {
  Value value;
  value["en"] = text.en;
  value["ko"] = text.ko;
  return value;
}

Text TextFromValue(const Value& value) {
  if (value.is_string()) return {value.get<std::string>(), value.get<std::string>()};
  return {StringAt(value, "en"), StringAt(value, "ko")};
}

void Redactor::Add(std::string_view secret) {
  while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) secret.remove_suffix(1);
  if (secret.size() < kShortestSecret) return;
  forms_.emplace(secret);
  forms_.insert(PercentEncoded(secret));
  std::string encoded = Base64(secret);
  while (!encoded.empty() && encoded.back() == '=') encoded.pop_back();
  if (encoded.size() > kShortestSecret) forms_.insert(std::move(encoded));
}

std::string Redactor::Redact(std::string text) const {
  for (const std::string& form : forms_) {
    for (std::size_t at = text.find(form); at != std::string::npos;
         at = text.find(form, at + kRedacted.size())) {
      text.replace(at, form.size(), kRedacted);
    }
  }
  return text;
}

Value Redactor::Redact(Value value) const {
  if (value.is_string()) return Redact(value.get<std::string>());
  if (value.is_array()) {
    for (Value& child : value) child = Redact(std::move(child));
    return value;
  }
  if (value.is_object()) {
    Value redacted = Value::object();
    for (auto& [key, child] : value.items()) redacted[Redact(std::string(key))] = Redact(std::move(child));
    return redacted;
  }
  return value;
}

std::string PrintableText(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const std::uint32_t code = NextCharacter(text, at);
    if (code == 0xFFFD) {
      out += "\xEF\xBF\xBD";
    } else if (IsUnprintable(code)) {
      char shown[16];
      std::snprintf(shown, sizeof shown, "\\u{%04X}", code);
      out += shown;
    } else {
      out += text.substr(start, at - start);
    }
  }
  return out;
}

std::string NearestWord(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr std::size_t kLongest = 128;  // The distance costs length squared.
  if (word.size() > kLongest) return "";
  std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::string nearest;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kLongest) continue;
    const std::size_t distance = Distance(word, candidate);
    // A word with nothing in common is no hint, however short both are.
    if (distance < best && distance < std::max(word.size(), candidate.size())) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace upkeep
