// SPDX-License-Identifier: Apache-2.0
#include "runner/notify/encoding.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

namespace upkeep::notify {
namespace {

constexpr std::string_view kEncodedSecret = "whsec_";

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string Base64(std::string_view bytes) {
  // OpenSSL counts in int; pieces of a multiple of three bytes join without padding.
  constexpr std::size_t kPiece = std::size_t{3} << 20;
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
    const std::string_view piece = bytes.substr(at, kPiece);
    std::string encoded((piece.size() + 2) / 3 * 4 + 1, '\0');
    const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()), Bytes(piece),
                                       static_cast<int>(piece.size()));
    text.append(encoded, 0, static_cast<std::size_t>(length));
  }
  return text;
}

Result<std::string> FromBase64(std::string_view text) {
  constexpr std::size_t kLongest = std::size_t{1} << 20;
  const Status bad(Code::kInvalid, "this is not base64");
  if (text.size() % 4 != 0 || text.size() > kLongest) return bad;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), Bytes(text),
                                     static_cast<int>(text.size()));
  if (length < 0) return bad;
  bytes.resize(static_cast<std::size_t>(length));
  // OpenSSL counts the padding as zero bytes.
  for (std::size_t end = text.size(); end > 0 && text[end - 1] == '=' && !bytes.empty(); --end) {
    bytes.pop_back();
  }
  if (Base64(bytes) != text) return bad;
  return bytes;
}

std::string HmacSha256(std::string_view key, std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), Bytes(bytes), bytes.size(), digest,
       &length);
  return {reinterpret_cast<const char*>(digest), length};
}

Result<std::string> WebhookSignature(std::string_view secret, std::string_view id,
                                     std::string_view timestamp, std::string_view body) {
  std::string key(secret);
  if (secret.starts_with(kEncodedSecret)) {
    Result<std::string> decoded = FromBase64(secret.substr(kEncodedSecret.size()));
    if (!decoded.ok()) {
      return Status(Code::kConfig, "the webhook's secret begins with whsec_ and is not base64 after it")
          .WithHint("copy it whole from the service that gave it");
    }
    key = std::move(*decoded);
  }
  std::string signed_text;
  signed_text.reserve(id.size() + timestamp.size() + body.size() + 2);
  signed_text.append(id).append(".").append(timestamp).append(".").append(body);
  return "v1," + Base64(HmacSha256(key, signed_text));
}

}  // namespace upkeep::notify
