// SPDX-License-Identifier: Apache-2.0
#include "runner/notify/address.h"

#include <gtest/gtest.h>

namespace upkeep::notify {
namespace {

TEST(AddressTest, TheOriginEndsWhereAPathAQueryOrAFragmentBegins) {
  for (const char* const rest : {"", "/", "/a/b", "?token=Q", "#part", "/?x"}) {
    EXPECT_EQ("http://host:8085", Origin(std::string("http://host:8085") + rest));
  }
}

TEST(AddressTest, PathAndQueryAreHiddenWholeAndInTheirParts) {
  Redactor redactor;
  HideAddress("https://hooks.example.com/services/T00/PATHSECRET42/?token=QSECRET2&v=1#top", redactor);
  EXPECT_EQ("Cannot POST [redacted]", redactor.Redact(std::string("Cannot POST /services/T00/PATHSECRET42")));
  EXPECT_EQ("no such hook: [redacted]", redactor.Redact(std::string("no such hook: PATHSECRET42")));
  EXPECT_EQ("bad token '[redacted]'", redactor.Redact(std::string("bad token 'QSECRET2'")));
  EXPECT_EQ("at [redacted]", redactor.Redact(std::string("at /services/T00/PATHSECRET42/?token=QSECRET2&v=1")));
  EXPECT_EQ("hooks.example.com has no v1", redactor.Redact(std::string("hooks.example.com has no v1")));
}

TEST(AddressTest, AnAddressWithoutEitherHidesNothing) {
  for (const char* const url : {"http://host", "http://host/", "http://host/?", "http://host?"}) {
    Redactor redactor;
    HideAddress(url, redactor);
    EXPECT_EQ(url, redactor.Redact(std::string(url)));
  }
}

}  // namespace
}  // namespace upkeep::notify
