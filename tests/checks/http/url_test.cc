// SPDX-License-Identifier: Apache-2.0
#include "checks/http/url.h"

#include <gtest/gtest.h>

namespace upkeep::http {
namespace {

TEST(UrlTest, TakesAUrlApart) {
  const auto plain = ParseUrl("https://API.example.org/health?deep=1#top");
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ("https", plain->scheme);
  EXPECT_EQ("api.example.org", plain->host);
  EXPECT_EQ(443, plain->port);
  EXPECT_EQ("/health?deep=1", plain->target);
  EXPECT_EQ("https://API.example.org", plain->origin);
  const auto numeric = ParseUrl("http://[::1]:8080");
  ASSERT_TRUE(numeric.ok());
  EXPECT_EQ("::1", numeric->host);
  EXPECT_EQ(8080, numeric->port);
  EXPECT_EQ("/", numeric->target);
  const auto query = ParseUrl("http://host?x=http://other/");
  ASSERT_TRUE(query.ok());
  EXPECT_EQ("host", query->host);
  EXPECT_EQ("/?x=http://other/", query->target);
}

TEST(UrlTest, AUserNameIsNotTheHost) {
  const auto url = ParseUrl("https://good.example@evil.example:444/");
  ASSERT_TRUE(url.ok());
  EXPECT_TRUE(url->has_user);
  EXPECT_EQ("evil.example", url->host);
  EXPECT_EQ("https://evil.example:444", url->origin);
}

TEST(UrlTest, RefusesWhatIsNone) {
  for (const char* text : {"", "host", "ftp://host/", "http://", "http:///x", "http://host:0/",
                           "http://host:65536/", "http://host:8x/", "http://[::1/",
                           "http://[::1]x/", "http://ho st/", "http://host/a\nb"}) {
    EXPECT_EQ(Code::kInvalid, ParseUrl(text).status().code()) << text;
  }
}

TEST(UrlTest, AnOriginIsSchemeHostAndPort) {
  const auto same = [](const char* a, const char* b) {
    return SameOrigin(*ParseUrl(a), *ParseUrl(b));
  };
  EXPECT_TRUE(same("https://a.example/x", "https://A.example:443/y"));
  EXPECT_FALSE(same("https://a.example", "http://a.example"));
  EXPECT_FALSE(same("https://a.example", "https://a.example:444"));
  EXPECT_FALSE(same("https://a.example", "https://a.example.org"));
}

}  // namespace
}  // namespace upkeep::http
