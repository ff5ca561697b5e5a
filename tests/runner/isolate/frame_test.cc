// SPDX-License-Identifier: Apache-2.0
//
// Frames: what is sent arrives, in whatever pieces, and what is hostile ends within its bounds.
#include "runner/isolate/frame.h"

#include <gtest/gtest.h>

#include <cmath>

namespace upkeep::isolate {
namespace {

std::string FrameOf(const std::string& body) {
  std::string frame(4, '\0');
  for (int i = 0; i < 4; ++i) frame[static_cast<std::size_t>(i)] = static_cast<char>((body.size() >> (8 * i)) & 0xFFU);
  return frame + body;
}

Code CodeOf(const std::string& bytes, FrameBounds bounds = {}) {
  FrameReader reader(bounds);
  reader.Feed(bytes);
  return reader.Next().status().code();
}

TEST(FrameTest, WhatIsSentArrivesByteForByte) {
  const Value message{{"any bytes", std::string("\xFF\0\x80", 3)}, {"whole", -7}, {"broken", 0.1},
                      {"nothing", nullptr},                        {"list", {1, "2", false}}};
  FrameReader reader({});
  const std::string frame = *EncodeFrame(message);
  for (const char byte : frame) {
    const auto early = reader.Next();
    ASSERT_TRUE(early.ok());
    EXPECT_FALSE(early->has_value());
    reader.Feed({&byte, 1});
  }
  EXPECT_EQ(message, **reader.Next());
  EXPECT_EQ(frame.size() - 4, reader.last_size());
  EXPECT_FALSE(reader.Next()->has_value());
}

TEST(FrameTest, AFigureThatIsNoNumberStaysOne) {
  FrameReader reader({});
  reader.Feed(*EncodeFrame({{"nan", std::nan("")}, {"inf", HUGE_VAL}, {"float", 2.0}}));
  const Value message = **reader.Next();
  EXPECT_TRUE(std::isnan(message["nan"].get<double>()));
  EXPECT_EQ(HUGE_VAL, message["inf"].get<double>());
  EXPECT_TRUE(message["float"].is_number_float());
}

TEST(FrameTest, SeveralInOnePiece) {
  FrameReader reader({});
  reader.Feed(*EncodeFrame({{"n", 1}}) + *EncodeFrame({{"n", 2}}) + "\x05");
  EXPECT_EQ(1, (**reader.Next())["n"]);
  EXPECT_EQ(2, (**reader.Next())["n"]);
  EXPECT_FALSE(reader.Next()->has_value());
}

TEST(FrameTest, RefusesWhatIsNoMessage) {
  EXPECT_EQ(Code::kInvalid, CodeOf(FrameOf("")));
  EXPECT_EQ(Code::kInvalid, CodeOf(FrameOf("\xC1")));
  EXPECT_EQ(Code::kInvalid, CodeOf(FrameOf("{\"op\":\"end\"}")));
  EXPECT_EQ(Code::kInvalid, CodeOf(FrameOf("\x01")));                          // No object.
  EXPECT_EQ(Code::kInvalid, CodeOf(FrameOf("\x81\xA1x\xC4\x01z")));            // Binary.
  EXPECT_EQ(Code::kInvalid, CodeOf(FrameOf("\x80\x80")));                      // Something after it.
  EXPECT_EQ(Code::kInvalid, CodeOf(FrameOf("\xDF\xFF\xFF\xFF\xFF")));          // Four billion fields, and none.
  EXPECT_EQ(Code::kInvalid, CodeOf(FrameOf("\x81\xA1x\xDB\xFF\xFF\xFF\xFF")));  // A string of four billion bytes.
}

TEST(FrameTest, RefusesWhatIsTooLargeBeforeItHasCome) {
  EXPECT_EQ(Code::kTruncated, CodeOf("\xFF\xFF\xFF\xFF", {1000, 1000}));
  EXPECT_EQ(Code::kTruncated, CodeOf(FrameOf(std::string(1001, 'x')), {1000, 1000}));
}

TEST(FrameTest, RefusesMoreValuesOrDeeperOnesThanAPlaybookHas) {
  const std::string list = std::string("\x81\xA1x\xDC\x03\xE8", 6);
  EXPECT_EQ(Code::kOk, CodeOf(FrameOf(list + std::string(1000, '\x01')), {1 << 20, 1002}));
  EXPECT_EQ(Code::kInvalid, CodeOf(FrameOf(list + std::string(1000, '\x01')), {1 << 20, 1001}));
  EXPECT_EQ(Code::kInvalid, CodeOf(FrameOf("\x81\xA1x" + std::string(1'000'000, '\x91'))));
}

}  // namespace
}  // namespace upkeep::isolate
