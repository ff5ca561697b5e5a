// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/journal.h"

#include <gtest/gtest.h>

#include <sstream>

namespace upkeep::daemon {
namespace {

TEST(JournalTest, NoSecretIsInALogWhoeverSaysIt) {
  SystemClock clock;
  Redactor redactor;
  for (const LogFormat format : {LogFormat::kText, LogFormat::kJson}) {
    std::ostringstream out;
    Journal journal(out, format, clock, redactor);
    redactor.Add("T0KEN \"of\" the test");   // Later than the journal, and nothing a word could be.
    const Status refused = Status(Code::kOutput, "HTTP 401: bad token: T0KEN \"of\" the test");
    journal.Error("delivery.failed", refused, {{"schedule", "s"}});
    journal.Warning("run.incomplete", {{"why", {{"deep", "T0KEN \"of\" the test"}}}});
    EXPECT_EQ(std::string::npos, out.str().find("T0KEN")) << out.str();
    EXPECT_NE(std::string::npos, out.str().find("bad token: [redacted]")) << out.str();
  }
}

}  // namespace
}  // namespace upkeep::daemon
