// SPDX-License-Identifier: Apache-2.0
// What the machine does to a store: kill -9, full disk, corrupt files, folders that refuse.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <random>

#include "runner/store/file_system.h"
#include "tests/runner/store/fixture.h"

namespace upkeep::store {
namespace {

using FaultsTest = StoreTest;

std::vector<checks::CheckResult> Many(int count) {
  std::vector<checks::CheckResult> results;
  for (int i = 0; i < count; ++i) {
    results.push_back(MakeResult("pod-" + std::to_string(i), checks::State::kOk));
    results.back().summary.en = std::string(200, 'x');
  }
  return results;
}

// A child claims slots and records runs until it is killed somewhere in the middle; the next
// one goes on. At the end every slot is accounted for and no run is half there.
TEST_F(FaultsTest, KillAtAnyMomentLosesNothingAndHalvesNothing) {
  Open();
  std::vector<Instant> times;
  for (int i = 0; i < 2000; ++i) times.push_back(At("2026-11-02T00:00:00Z") + minutes(i));
  ASSERT_TRUE(store_->RecordPlanned(PlanOf(times)).ok());
  constexpr int kResults = 40;
  const auto run_slot = [&](const Slot& slot) {
    auto attempt = store_->ClaimSlot(slot.id, {kDaemon, "host/1"});
    if (!attempt.ok()) return false;
    const RunId run = Start("schedule", {attempt->id});
    Finish(run, {MakeOutcome(Many(kResults))}, {{attempt->id, SlotState::kOnTime, ""}});
    return !testing::Test::HasFailure();
  };
  // Most are killed in the time that a few runs take, and every tenth not before one has ended:
  // whatever slows them down, both happen.
  store_.reset();
  const auto begun = std::chrono::steady_clock::now();
  Open();
  ASSERT_TRUE(run_slot(*store_->FindSlot({"daily", "prod", times.front()})));
  const std::chrono::microseconds one =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
  const auto at_most = static_cast<unsigned>(std::max(40'000L, 3 * one.count()));
  store_.reset();
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    int ended[2];   // A byte for each run that ended.
    ASSERT_EQ(0, pipe(ended));
    const pid_t pid = fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
      close(ended[0]);
      auto opened = TryOpen();
      if (!opened.ok()) _exit(1);
      store_ = std::move(*opened);
      // As a daemon does when it starts: what the dead one held is interrupted.
      const std::vector<Attempt> left = *store_->OpenAttempts();
      for (const Attempt& open : left) {
        const Status status =
            open.run != 0 ? store_->InterruptRun(open.run, "killed")
                          : store_->FinishSlot({open.id, SlotState::kInterrupted, "killed"}, kDaemon);
        if (!status.ok()) _exit(2);
      }
      SlotFilter planned;
      planned.states = {SlotState::kPlanned};
      const std::vector<Slot> slots = *store_->Slots(planned);
      for (const Slot& slot : slots) {
        if (!run_slot(slot) || write(ended[1], ".", 1) != 1) _exit(3);
      }
      _exit(0);
    }
    close(ended[1]);
    char byte = 0;
    if (round % 10 == 0) {
      EXPECT_EQ(1, read(ended[0], &byte, 1));
    }
    usleep(static_cast<useconds_t>(random() % at_most));
    kill(pid, SIGKILL);
    close(ended[0]);
    int status = 0;
    waitpid(pid, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0) << WEXITSTATUS(status);
  }
  Open();
  EXPECT_EQ("", store_->Fork());
  auto totals = store_->CountSlots(At("2026-11-01T00:00:00Z"), At("2027-01-01T00:00:00Z"),
                                   At("2027-01-01T00:00:00Z"));
  EXPECT_TRUE(totals->balanced());
  EXPECT_EQ(2000, totals->due);
  EXPECT_GT(totals->on_time, 1);
  EXPECT_GT(totals->interrupted, 0);
  EXPECT_EQ(totals->on_time, Sql("SELECT count(*) FROM runs WHERE state = 'finished'"));
  EXPECT_EQ(totals->on_time * kResults, Sql("SELECT count(*) FROM results"));
  EXPECT_EQ(0, Sql("SELECT count(*) FROM outcomes WHERE run IN "
                   "(SELECT id FROM runs WHERE state <> 'finished')"));
  ExpectWhole();
}

TEST_F(FaultsTest, AFullStoreKeepsWhatItHadAndSaysSo) {
  OpenOptions options = Options();
  options.max_bytes = 1 << 20;
  store_ = *OpenSqliteStore(path_, options);
  Look({MakeResult("web", checks::State::kOk)});
  const RunId run = Start();
  RunFinish finish;
  finish.finished = clock_.Now();
  finish.outcomes = {MakeOutcome(Many(5000))};
  const Status full = store_->FinishRun(run, finish).status();
  EXPECT_EQ(Code::kStore, full.code());
  EXPECT_NE(std::string::npos, full.message().find("full")) << full.message();
  EXPECT_FALSE(full.hint().empty());
  EXPECT_EQ(1, Sql("SELECT count(*) FROM results"));
  // The same store goes on, and the names of the failed run were not kept by mistake.
  Finish(run, {MakeOutcome(Many(3))});
  EXPECT_EQ(4, Sql("SELECT count(*) FROM results"));
  ExpectWhole();
}

TEST_F(FaultsTest, ADiskThatTakesNoMoreIsNamed) {
  Open();
  Look({MakeResult("web", checks::State::kOk)});
  store_.reset();
  const pid_t pid = fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{512 << 10, 512 << 10};
    setrlimit(RLIMIT_FSIZE, &limit);
    auto opened = TryOpen();
    if (!opened.ok()) _exit(1);
    store_ = std::move(*opened);
    const RunId run = Start();
    RunFinish finish;
    finish.finished = clock_.Now();
    finish.outcomes = {MakeOutcome(Many(5000))};
    const Status status = store_->FinishRun(run, finish).status();
    _exit(status.code() == Code::kStore && !status.hint().empty() ? 42 : 2);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_EQ(42, WEXITSTATUS(status));
  Open();
  EXPECT_EQ(1, Sql("SELECT count(*) FROM results"));
  ExpectWhole();
}

TEST_F(FaultsTest, CorruptFilesAreNamed) {
  std::ofstream(path_) << std::string(8192, 'x');
  Status status = TryOpen().status();
  EXPECT_EQ(Code::kStore, status.code());
  EXPECT_NE(std::string::npos, status.message().find(path_));
  std::filesystem::remove(path_);

  Open();
  Look(Many(500));
  store_.reset();
  {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    for (int page = 30; page < 60; ++page) {
      file.seekp(page * 4096);
      file << std::string(4096, '\xA5');
    }
  }
  auto opened = TryOpen();
  if (!opened.ok()) {
    EXPECT_EQ(Code::kStore, opened.status().code());
    return;
  }
  auto faults = (*opened)->CheckIntegrity();
  EXPECT_TRUE(!faults.ok() ? faults.status().code() == Code::kStore : !faults->empty());
}

TEST_F(FaultsTest, ATruncatedFileIsNamed) {
  Open();
  Look(Many(500));
  store_.reset();
  std::filesystem::resize_file(path_, 4096 * 3);
  auto opened = TryOpen();
  EXPECT_EQ(Code::kStore, opened.ok() ? (*opened)->CheckIntegrity().status().code()
                                      : opened.status().code());
  if (opened.ok()) opened->reset();
  std::filesystem::resize_file(path_, 0);
  const auto empty = TryOpen();
  EXPECT_EQ(Code::kStore, empty.status().code());
  EXPECT_NE(std::string::npos, empty.status().message().find("has no byte left")) << empty.status().message();
  EXPECT_EQ(0U, std::filesystem::file_size(path_));   // Nothing is made in its place.
}

// Root may write anywhere, so these run as somebody else, in a child.
int AsNobody(const std::function<bool()>& holds) {
  const pid_t pid = fork();
  if (pid == 0) {
    if (setgid(65534) != 0 || setuid(65534) != 0) _exit(3);
    _exit(holds() ? 42 : 1);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(FaultsTest, AFolderThatRefusesIsNamed) {
  if (geteuid() != 0) {
    ASSERT_EQ(0, chmod(folder_.c_str(), 0555));
    EXPECT_EQ(Code::kStore, TryOpen().status().code());
    ASSERT_EQ(0, chmod(folder_.c_str(), 0755));
    return;
  }
  ASSERT_EQ(0, chmod(folder_.c_str(), 0755));   // Somebody else may look, not write.
  EXPECT_EQ(42, AsNobody([&] {
    const Status status = TryOpen().status();
    return status.code() == Code::kStore && !status.hint().empty() &&
           status.message().find(path_) != std::string::npos;
  }));
  Open();
  store_.reset();
  ASSERT_EQ(0, chmod(path_.c_str(), 0644));
  EXPECT_EQ(42, AsNobody([&] {
    auto opened = TryOpen();
    const Status status = opened.ok() ? (*opened)->MoveSlots({1}, SlotState::kMissed, "", kJin)
                                      : opened.status();
    return status.code() == Code::kStore && !status.hint().empty();
  }));
  ASSERT_EQ(0, chmod(folder_.c_str(), 0700));   // Nor even look.
  EXPECT_EQ(42, AsNobody([&] { return TryOpen().status().code() == Code::kStore; }));
}

TEST_F(FaultsTest, ALockedStoreIsBusy) {
  Open();
  auto other = *Database::Open(path_, {});
  ASSERT_TRUE(other->Execute("BEGIN IMMEDIATE"));
  OpenOptions options = Options();
  options.busy_timeout = std::chrono::milliseconds(50);
  auto second = OpenSqliteStore(path_, options);
  ASSERT_TRUE(second.ok()) << second.status().Describe();
  const Status status = (*second)->RecordPlanned(PlanOf({At("2026-11-02T00:00:00Z")})).status();
  EXPECT_EQ(Code::kBusy, status.code());
  EXPECT_FALSE(status.hint().empty());
}

TEST_F(FaultsTest, ReadOnlyAndAbsentStores) {
  OpenOptions options = Options();
  options.create = false;
  EXPECT_EQ(Code::kStore, OpenSqliteStore(path_, options).status().code());
  Open();
  Look({MakeResult("web", checks::State::kOk)});
  options.read_only = true;
  auto reader = OpenSqliteStore(path_, options);
  ASSERT_TRUE(reader.ok()) << reader.status().Describe();
  EXPECT_EQ(1U, (*reader)->Runs({})->size());
  EXPECT_EQ(Code::kStore, (*reader)->MoveSlots({1}, SlotState::kMissed, "", kJin).code());
  EXPECT_EQ(Code::kStore, OpenSqliteStore(folder_ + "/none/x.db").status().code());
  EXPECT_EQ(Code::kStore, OpenSqliteStore(folder_).status().code());
}

TEST(FileSystem, KnowsThoseThatOthersShare) {
  EXPECT_EQ("NFS", NetworkFileSystemName(0x6969));
  EXPECT_EQ("CIFS", NetworkFileSystemName(0xFF534D42));
  EXPECT_EQ("FUSE", NetworkFileSystemName(0x65735546));
  EXPECT_EQ("", NetworkFileSystemName(0xEF53));       // ext4
  EXPECT_EQ("", NetworkFileSystemName(0x01021994));   // tmpfs
}

TEST_F(FaultsTest, TwoThatMakeTheStoreAtOnceShareOne) {
  std::vector<pid_t> children;
  for (int child = 0; child < 4; ++child) {
    const pid_t pid = fork();
    if (pid == 0) {
      auto opened = TryOpen();
      if (!opened.ok()) _exit(1);
      store_ = std::move(*opened);
      Start("manual");
      _exit(testing::Test::HasFailure() ? 2 : 42);
    }
    children.push_back(pid);
  }
  for (const pid_t pid : children) {
    int status = 0;
    waitpid(pid, &status, 0);
    EXPECT_EQ(42, WEXITSTATUS(status));
  }
  Open();
  EXPECT_EQ(4U, store_->Runs({})->size());
  int files = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder_)) {
    files += file.path().string().find(".new-") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(0, files);
  ExpectWhole();
}

}  // namespace
}  // namespace upkeep::store
