// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/world.h"

#include "tests/runner/daemon/fixture.h"

namespace upkeep::daemon {
namespace {

class WorldTest : public DaemonTest {
 protected:
  WorldTest() {
    Write("a.yaml", "apiVersion: upkeep/v1\nschedules:\n  - {id: a, cron: \"0 9 * * *\", playbooks: [selftest.ok]}\n");
    Write("b.yaml", "apiVersion: upkeep/v1\nschedules:\n  - {id: b, cron: \"0 9 * * *\", playbooks: [selftest.ok]}\n");
  }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/schedules/" + name) << text;
  }
  std::shared_ptr<const World> Read(const World* before = nullptr) {
    auto world = ReadWorld(PlacesOf({"h"}), clock_.Now(), before);
    EXPECT_TRUE(world.ok()) << world.status().Describe();
    return world.ok() ? *world : nullptr;
  }
};

// An editor that saves half a file, or a person who forgets a bracket, must end nothing that runs.
TEST_F(WorldTest, AFileThatCanNotBeReadLeavesItsSchedulesAsTheyWere) {
  const auto before = Read();
  Write("b.yaml", "apiVersion: upkeep/v1\nschedules:\n  - {id: b, cron: \"0 10 *");
  const auto after = Read(before.get());
  ASSERT_NE(after->Find("b"), nullptr);
  EXPECT_EQ(after->Find("b")->definition, before->Find("b")->definition);
  EXPECT_EQ(after->kept, std::set<std::string>{"b"});
  EXPECT_EQ(after->schedules.quarantined.size(), 1U);
  EXPECT_NE(after->Find("a"), nullptr);

  // Also over a second reload, and until the file is mended.
  Write("a.yaml", "apiVersion: upkeep/v1\nschedules:\n  - {id: c, cron: \"0 9 * * *\", playbooks: [selftest.ok]}\n");
  const auto third = Read(after.get());
  EXPECT_NE(third->Find("b"), nullptr);
  EXPECT_NE(third->Find("c"), nullptr);
  EXPECT_EQ(third->Find("a"), nullptr);
  Write("b.yaml", "apiVersion: upkeep/v1\nschedules:\n  - {id: b, cron: \"0 10 * * *\", playbooks: [selftest.ok]}\n");
  const auto mended = Read(third.get());
  EXPECT_TRUE(mended->kept.empty());
  EXPECT_NE(mended->Find("b")->definition, before->Find("b")->definition);
}

TEST_F(WorldTest, AScheduleThatMovedOutOfAnUnreadableFileIsTheNewOne) {
  const auto before = Read();
  Write("a.yaml", "apiVersion: upkeep/v1\nschedules:\n  - {id: b, cron: \"0 11 * * *\", playbooks: [selftest.ok]}\n");
  Write("b.yaml", "");
  const auto after = Read(before.get());
  EXPECT_TRUE(after->kept.empty());
  EXPECT_EQ(after->schedules.schedules.size(), 1U);
}

TEST_F(WorldTest, AScheduleThatIsWrongIsInQuarantineAndNotKept) {
  const auto before = Read();
  Write("b.yaml", "apiVersion: upkeep/v1\nschedules:\n  - {id: b, cron: \"0 25 * * *\", playbooks: [selftest.ok]}\n");
  const auto after = Read(before.get());
  EXPECT_EQ(after->Find("b"), nullptr);
  EXPECT_TRUE(after->Quarantine("b").starts_with("its schedule is in quarantine: ")) << after->Quarantine("b");
}

TEST_F(WorldTest, WhatNobodyReadBeforeIsNotKept) {
  Write("b.yaml", "apiVersion: [");
  const auto world = Read();
  EXPECT_EQ(world->Find("b"), nullptr);
  EXPECT_TRUE(world->Quarantine("b").starts_with("the schedule file " + folder_ + "/schedules/b.yaml is in quarantine: ")) << world->Quarantine("b");
}

TEST_F(WorldTest, ASecondListOfSchedulesTakesNothingAway) {
  Write("a.yaml", "apiVersion: upkeep/v1\nschedules:\n  - {id: x, cron: \"0 9 * * *\", playbooks: [selftest.ok]}\n"
                  "  - {id: y, cron: \"0 9 * * *\", playbooks: [selftest.ok]}\n");
  const auto before = Read();
  Write("a.yaml", "apiVersion: upkeep/v1\nschedules:\n  - {id: x, cron: \"0 9 * * *\", playbooks: [selftest.ok]}\n"
                  "schedules:\n  - {id: y, cron: \"0 9 * * *\", playbooks: [selftest.ok]}\n");
  const auto after = Read(before.get());
  EXPECT_EQ(after->kept, (std::set<std::string>{"x", "y"}));
}

// In quarantine is what may still be meant; what was in another file, or in one that is gone, is not.
TEST_F(WorldTest, AnEntryWithoutAnIdHoldsOnlyWhatItsFileHad) {
  const auto before = Read();
  Write("a.yaml", "apiVersion: upkeep/v1\nschedules:\n  - {cron: \"0 9 * * *\", playbooks: [selftest.ok]}\n");
  std::filesystem::remove(folder_ + "/schedules/b.yaml");
  const auto after = Read(before.get());
  EXPECT_TRUE(after->Quarantine("a").starts_with("the schedule file " + folder_ + "/schedules/a.yaml is in quarantine: "))
      << after->Quarantine("a");
  EXPECT_EQ(after->Quarantine("b"), "");
  EXPECT_NE(after->Quarantine("nobody-knows-where-it-was"), "");
}

}  // namespace
}  // namespace upkeep::daemon
