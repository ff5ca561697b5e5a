// SPDX-License-Identifier: Apache-2.0
#include "runner/notify/encoding.h"

#include <gtest/gtest.h>

namespace upkeep::notify {
namespace {

std::string Hex(const std::string& bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += kDigits[static_cast<unsigned char>(c) >> 4U];
    text += kDigits[static_cast<unsigned char>(c) & 15U];
  }
  return text;
}

TEST(Base64Test, VectorsOfRfc4648BothWays) {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""},         {"f", "Zg=="},         {"fo", "Zm8="},        {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(encoded, Base64(plain));
    EXPECT_EQ(plain, FromBase64(encoded).value());
  }
}

TEST(Base64Test, PiecesOfALongTextJoinWithoutPadding) {
  std::string bytes((std::size_t{3} << 20) + 5, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
  const std::string encoded = Base64(bytes);
  EXPECT_EQ((bytes.size() + 2) / 3 * 4, encoded.size());
  EXPECT_EQ(encoded.size() - 1, encoded.find('='));
}

TEST(Base64Test, WhatItDoesNotWriteIsNotRead) {
  for (const char* const bad : {"Zg", "Zg=", "Z===", "Zm9v\n", "Zm 9", "Zh==", "????"}) {
    EXPECT_EQ(Code::kInvalid, FromBase64(bad).status().code()) << bad;
  }
}

TEST(HmacTest, VectorsOfRfc4231) {
  EXPECT_EQ("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            Hex(HmacSha256(std::string(20, '\x0b'), "Hi There")));
  EXPECT_EQ("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            Hex(HmacSha256("Jefe", "what do ya want for nothing?")));
  EXPECT_EQ("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            Hex(HmacSha256(std::string(131, '\xaa'),
                           "Test Using Larger Than Block-Size Key - Hash Key First")));
}

// The vector that the libraries of standardwebhooks.com test themselves with.
TEST(WebhookSignatureTest, AgreesWithTheSpecificationsOwnVector) {
  EXPECT_EQ("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            WebhookSignature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                             "1614265330", R"({"test": 2432232314})")
                .value());
}

TEST(WebhookSignatureTest, EveryPartIsSigned) {
  const auto sign = [](const char* key, const char* id, const char* time, const char* body) {
    return WebhookSignature(key, id, time, body).value();
  };
  const std::string whole = sign("key", "id", "1", "body");
  EXPECT_NE(whole, sign("other", "id", "1", "body"));
  EXPECT_NE(whole, sign("key", "id2", "1", "body"));
  EXPECT_NE(whole, sign("key", "id", "2", "body"));
  EXPECT_NE(whole, sign("key", "id", "1", "body "));
  EXPECT_EQ(Code::kConfig, WebhookSignature("whsec_!", "id", "1", "").status().code());
}

}  // namespace
}  // namespace upkeep::notify
