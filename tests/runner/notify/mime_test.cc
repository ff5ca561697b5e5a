// SPDX-License-Identifier: Apache-2.0
#include "runner/notify/mime.h"

#include <gtest/gtest.h>

#include <sstream>

#include "runner/notify/encoding.h"

namespace upkeep::notify {
namespace {

MailParts Parts() {
  MailParts parts;
  parts.from = "upkeep@example.org";
  parts.to = {"one@example.org", "two@example.org"};
  parts.subject = "upkeep 월간 보고서 2026-11-01: 1 심각";
  parts.text = "# 보고서\n\nFrom here on\n.\n";
  parts.html = "<!doctype html><p>한글" + std::string(4000, 'x') + "</p>\n";
  parts.id = "abc123";
  parts.date = *ParseRfc3339("2026-11-21T09:00:05Z");
  return parts;
}

/// The decoded body of the part with that type.
std::string PartOf(const std::string& mail, const std::string& type) {
  const std::size_t head = mail.find("Content-Type: " + type);
  const std::size_t start = mail.find("\r\n\r\n", head) + 4;
  std::string encoded = mail.substr(start, mail.find("--upkeep-abc123", start) - start);
  std::erase(encoded, '\r');
  std::erase(encoded, '\n');
  return FromBase64(encoded).value();
}

TEST(BuildMailTest, BothPartsComeBackByteForByte) {
  const MailParts parts = Parts();
  const std::string mail = BuildMail(parts);
  EXPECT_EQ(parts.text, PartOf(mail, "text/plain"));
  EXPECT_EQ(parts.html, PartOf(mail, "text/html"));
}

TEST(BuildMailTest, EveryLineIsShortAsciiAndEndsAsMailWants) {
  const std::string mail = BuildMail(Parts());
  std::istringstream lines(mail);
  for (std::string line; std::getline(lines, line);) {
    ASSERT_FALSE(line.empty());
    EXPECT_EQ('\r', line.back());
    EXPECT_LE(line.size(), 77U) << line;
    for (const char c : line) EXPECT_LT(static_cast<unsigned char>(c), 0x80U);
  }
}

TEST(BuildMailTest, Heading) {
  const std::string mail = BuildMail(Parts());
  EXPECT_NE(std::string::npos, mail.find("From: upkeep <upkeep@example.org>\r\n"));
  EXPECT_NE(std::string::npos, mail.find("To: one@example.org,\r\n two@example.org\r\n"));
  EXPECT_NE(std::string::npos, mail.find("Date: Sat, 21 Nov 2026 09:00:05 +0000\r\n"));
  EXPECT_NE(std::string::npos, mail.find("Message-ID: <abc123@example.org>\r\n"));
}

TEST(EncodeHeaderTest, NoLineEndGetsThrough) {
  EXPECT_EQ("plain", EncodeHeader("plain"));
  EXPECT_EQ("a  Bcc: x@example.org", EncodeHeader("a\r\nBcc: x@example.org"));
  // What looks like an encoded word is encoded, so that it is shown as it was.
  EXPECT_EQ("=?UTF-8?B?" + Base64("=?UTF-8?B?eA==?=") + "?=", EncodeHeader("=?UTF-8?B?eA==?="));
}

TEST(EncodeHeaderTest, EncodedWordsCutNoCharacter) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += "가";
  std::istringstream lines(EncodeHeader(text));
  std::string decoded;
  for (std::string line; std::getline(lines, line);) {
    if (line.back() == '\r') line.pop_back();
    const std::size_t start = line.find("?B?") + 3;
    const std::string piece = FromBase64(line.substr(start, line.size() - start - 2)).value();
    EXPECT_EQ(0U, piece.size() % 3) << "a character was cut";
    EXPECT_LE(line.size(), 76U);
    decoded += piece;
  }
  EXPECT_EQ(text, decoded);
}

}  // namespace
}  // namespace upkeep::notify
