// SPDX-License-Identifier: Apache-2.0
#include "checks/redis/reply.h"

#include <gtest/gtest.h>

namespace upkeep::redis {
namespace {

TEST(ReplyTest, EveryTypeReadsEvenByteByByte) {
  const std::string bytes = "*5\r\n+OK\r\n:42\r\n$-1\r\n$3\r\na\r\n\r\n*2\r\n$1\r\nx\r\n-ERR no\r\n";
  ReplyReader reader;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const Result<std::optional<Reply>> early = reader.Next();
    ASSERT_TRUE(early.ok());
    EXPECT_FALSE(early->has_value());
    ASSERT_TRUE(reader.Feed(bytes.substr(i, 1)).ok());
  }
  const Result<std::optional<Reply>> reply = reader.Next();
  ASSERT_TRUE(reply.ok() && reply->has_value());
  EXPECT_EQ((Value::array({"OK", 42, nullptr, "a\r\n", Value::array({"x", Value{{"error", "ERR no"}}})})),
            (*reply)->value);
}

TEST(ReplyTest, AnErrorReplyIsNoValue) {
  ReplyReader reader;
  ASSERT_TRUE(reader.Feed("-NOPERM no\r\n+PONG\r\n").ok());
  EXPECT_EQ("NOPERM no", (*reader.Next())->error);
  EXPECT_EQ("PONG", (*reader.Next())->value);
  EXPECT_FALSE(reader.Next()->has_value());
}

TEST(ReplyTest, WhatIsTooLargeOrNoProtocolIsRefused) {
  ReplyReader garbage;
  ASSERT_TRUE(garbage.Feed("HTTP/1.1 400 Bad Request\r\n").ok());
  EXPECT_EQ(Code::kError, garbage.Next().status().code());
  ReplyReader many;
  ASSERT_TRUE(many.Feed("*2000000000\r\n").ok());
  EXPECT_FALSE(many.Next().ok());
  ReplyReader deep;
  std::string nested;
  for (int i = 0; i < 100; ++i) nested += "*1\r\n";
  ASSERT_TRUE(deep.Feed(nested).ok());
  EXPECT_FALSE(deep.Next().ok());
  ReplyReader large;
  ASSERT_TRUE(large.Feed("$9000000\r\n").ok());
  EXPECT_EQ(Code::kTruncated, large.Feed(std::string(kMaxReplyBytes, 'x')).code());
}

TEST(ReplyTest, ACommandIsEncodedByLength) {
  EXPECT_EQ("*2\r\n$4\r\nINFO\r\n$3\r\na\r\n\r\n", Encode({"INFO", "a\r\n"}));
}

}  // namespace
}  // namespace upkeep::redis
