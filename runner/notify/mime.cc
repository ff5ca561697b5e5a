// SPDX-License-Identifier: Apache-2.0
#include "runner/notify/mime.h"

#include <algorithm>
#include <cstdio>

#include "runner/notify/encoding.h"

namespace upkeep::notify {
namespace {

constexpr std::size_t kLine = 76;
/// Bytes of one encoded word: with "Subject: " before it the line stays under 76 characters.
constexpr std::size_t kWordBytes = 39;

/// One part; base64 in lines of 76.
std::string Part(const std::string& type, std::string_view bytes) {
  std::string part = "Content-Type: " + type + "; charset=utf-8\r\n" +
                     "Content-Transfer-Encoding: base64\r\n\r\n";
  const std::string encoded = Base64(bytes);
  for (std::size_t at = 0; at < encoded.size(); at += kLine) {
    part.append(encoded, at, kLine).append("\r\n");
  }
  return part;
}

}  // namespace

std::string EncodeHeader(std::string_view text) {
  std::string clean(text);
  std::replace_if(clean.begin(), clean.end(),
                  [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
  const bool ascii = std::all_of(clean.begin(), clean.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii && clean.find("=?") == std::string::npos) return clean;
  std::string header;
  for (std::size_t at = 0; at < clean.size();) {
    std::size_t end = std::min(clean.size(), at + kWordBytes);
    // Back to the start of a character.
    while (end < clean.size() && end > at + 1 && (static_cast<unsigned char>(clean[end]) & 0xC0U) == 0x80U) {
      --end;
    }
    header += (header.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") +
              Base64(std::string_view(clean).substr(at, end - at)) + "?=";
    at = end;
  }
  return header;
}

std::string MailDate(Instant instant) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds = std::chrono::floor<std::chrono::seconds>(instant);
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(seconds - day);
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d +0000",
                kDays[std::chrono::weekday(day).c_encoding()], unsigned(date.day()),
                kMonths[unsigned(date.month()) - 1], int(date.year()), int(time.hours().count()),
                int(time.minutes().count()), int(time.seconds().count()));
  return text;
}

std::string BuildMail(const MailParts& parts) {
  const std::string boundary = "upkeep-" + parts.id;
  const std::size_t at = parts.from.find('@');
  std::string to;
  for (const std::string& address : parts.to) to += (to.empty() ? "" : ",\r\n ") + address;
  std::string mail = "From: upkeep <" + parts.from + ">\r\nTo: " + to + "\r\nSubject: " +
                     EncodeHeader(parts.subject) + "\r\nDate: " + MailDate(parts.date) +
                     "\r\nMessage-ID: <" + parts.id + parts.from.substr(std::min(at, parts.from.size())) +
                     ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n" +
                     "Content-Type: multipart/alternative; boundary=\"" + boundary + "\"\r\n\r\n";
  mail += "--" + boundary + "\r\n" + Part("text/plain", parts.text);
  mail += "--" + boundary + "\r\n" + Part("text/html", parts.html);
  mail += "--" + boundary + "--\r\n";
  return mail;
}

}  // namespace upkeep::notify
