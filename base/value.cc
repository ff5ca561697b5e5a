// SPDX-License-Identifier: Apache-2.0
#include "base/value.h"

#include <openssl/evp.h>

#include <array>

template class nlohmann::basic_json<>;

namespace upkeep {

Result<Value> ParseJson(std::string_view text) {
  constexpr int kMaxDepth = 200;
  bool too_deep = false;
  const Value::parser_callback_t limit = [&](int depth, Value::parse_event_t, Value&) {
    if (depth > kMaxDepth) too_deep = true;
    return !too_deep;
  };
  try {
    Value value = Value::parse(text, limit);
    if (too_deep) return Status(Code::kInvalid, "JSON is nested deeper than 200 levels");
    return value;
  } catch (const Value::parse_error& error) {
    return Status(Code::kInvalid, "not JSON at byte " + std::to_string(error.byte));
  } catch (const std::exception& error) {
    return Status(Code::kInvalid, std::string("not JSON: ") + error.what());
  }
}

std::string CanonicalJson(const Value& value) {
  return value.dump(-1, ' ', false, Value::error_handler_t::replace);
}

std::string PrettyJson(const Value& value) {
  return value.dump(2, ' ', false, Value::error_handler_t::replace) + "\n";
}

std::string StringAt(const Value& value, std::string_view key, std::string_view fallback) {
  if (value.is_object()) {
    const auto found = value.find(key);
    if (found != value.end() && found->is_string()) return found->get<std::string>();
  }
  return std::string(fallback);
}

std::string Sha256Hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(std::size_t{size} * 2);
  for (unsigned int i = 0; i < size; ++i) {
    hex += kDigits[digest[i] >> 4U];
    hex += kDigits[digest[i] & 0xFU];
  }
  return hex;
}

}  // namespace upkeep
