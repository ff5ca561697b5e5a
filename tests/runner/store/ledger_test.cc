// SPDX-License-Identifier: Apache-2.0
// The chain, forks, rebuilding, migrations.
#include <fstream>

#include "runner/store/migrations.h"
#include "tests/runner/store/fixture.h"

namespace upkeep::store {
namespace {

using LedgerTest = StoreTest;

/// Some history: slots, a run, an interrupted one, moves.
void Live(Store& store, const FakeClock& clock, const SlotPlan& plan) {
  ASSERT_TRUE(store.RecordPlanned(plan).ok());
  const AttemptId attempt = store.ClaimSlot(1, {kDaemon, "host/1"})->id;
  RunStart start;
  start.trigger = "schedule";
  start.actor = kDaemon;
  start.schedule = "daily";
  start.playbooks = {"kubernetes.pods"};
  start.targets = {{"prod", "kubernetes", true}};
  start.started = clock.Now();
  start.attempts = {attempt};
  const RunId run = *store.StartRun(start);
  RunFinish finish;
  finish.finished = clock.Now();
  finish.outcomes = {MakeOutcome({MakeResult("web", checks::State::kCritical)})};
  finish.attempts = {{attempt, SlotState::kOnTime, ""}};
  ASSERT_TRUE(store.FinishRun(run, finish).ok());
  start.attempts = {store.ClaimSlot(2, {kDaemon, "host/1"})->id};
  ASSERT_TRUE(store.InterruptRun(*store.StartRun(start), "power").ok());
  ASSERT_TRUE(store.MoveSlots({3}, SlotState::kMissed, "daemon down", kDaemon).ok());
}

class LedgerStoreTest : public StoreTest {
 protected:
  void MakeHistory() {
    Open();
    const Instant base = At("2026-11-02T00:00:00Z");
    Live(*store_, clock_, PlanOf({base, base + hours(1), base + hours(2), base + hours(3)}));
  }
};

TEST_F(LedgerStoreTest, EveryTransitionIsInTheChain) {
  MakeHistory();
  auto verdict = store_->VerifyLedger();
  ASSERT_TRUE(verdict.ok());
  EXPECT_TRUE(verdict->ok());
  std::string kinds;
  const std::vector<LedgerEntry> entries = *store_->Entries(0, 100);
  for (const LedgerEntry& entry : entries) kinds += entry.kind + " ";
  EXPECT_EQ("slots.planned slot.claimed run.started run.finished slot.claimed run.started "
            "run.interrupted slots.moved ",
            kinds);
  EXPECT_EQ(8, store_->Head()->sequence);
  EXPECT_EQ(2U, store_->Entries(0, 100, "run.started")->size());
}

TEST_F(LedgerStoreTest, AnEntryIsTheCanonicalJsonThatItsHashIsOf) {
  MakeHistory();
  const LedgerEntry entry = (*store_->Entries(3, 1))[0];
  const Value whole{{"at", entry.at.time_since_epoch().count()}, {"body", entry.body},
                    {"kind", entry.kind}, {"previous", entry.previous},
                    {"sequence", entry.sequence}};
  EXPECT_EQ(entry.hash, Sha256Hex(CanonicalJson(whole)));
}

TEST_F(LedgerStoreTest, TheFileRefusesUpdateDeleteAndHoles) {
  MakeHistory();
  EXPECT_FALSE(Execute("UPDATE ledger SET body = '{}' WHERE sequence = 2"));
  EXPECT_FALSE(Execute("DELETE FROM ledger WHERE sequence = 8"));
  EXPECT_FALSE(Execute("INSERT INTO ledger VALUES (20, 1, 'x', '{}', '', '')"));
}

TEST_F(LedgerStoreTest, AForgedEntryIsFound) {
  MakeHistory();
  ASSERT_TRUE(Execute("DROP TRIGGER ledger_no_update;"
                      "UPDATE ledger SET body = replace(body, 'power', 'tea') WHERE sequence = 7"));
  Open();
  auto verdict = store_->VerifyLedger();
  ASSERT_TRUE(verdict->fault.has_value());
  EXPECT_EQ(7, verdict->fault->sequence);
  EXPECT_FALSE(store_->CheckIntegrity()->empty());
}

TEST_F(LedgerStoreTest, AnEntryCutOutIsFound) {
  MakeHistory();
  ASSERT_TRUE(Execute("DROP TRIGGER ledger_no_delete; DELETE FROM ledger WHERE sequence = 4"));
  Open();
  EXPECT_EQ(4, store_->VerifyLedger()->fault->sequence);
}

TEST_F(LedgerStoreTest, AChangedResultIsFound) {
  MakeHistory();
  EXPECT_TRUE(store_->VerifyRun(1).ok());
  ASSERT_TRUE(Execute("UPDATE results SET state = 'ok'"));
  EXPECT_EQ(Code::kEvidence, store_->VerifyRun(1).code());
}

TEST_F(LedgerStoreTest, ARestoredOldCopyIsAForkAndNothingIsWrittenUntilAccepted) {
  MakeHistory();
  store_.reset();
  std::filesystem::copy_file(path_, folder_ + "/old.db");
  Open();
  ASSERT_TRUE(store_->MoveSlots({4}, SlotState::kMissed, "late", kDaemon).ok());
  store_.reset();
  std::filesystem::copy_file(folder_ + "/old.db", path_,
                             std::filesystem::copy_options::overwrite_existing);
  Open();
  EXPECT_NE(std::string::npos, store_->Fork().find("older copy")) << store_->Fork();
  EXPECT_FALSE(store_->VerifyLedger()->ok());
  EXPECT_EQ(Code::kStore, store_->MoveSlots({4}, SlotState::kMissed, "x", kDaemon).code());
  EXPECT_EQ(Code::kInvalid, store_->AcceptFork(kJin, "").code());
  ASSERT_TRUE(store_->AcceptFork(kJin, "disk died, backup of Monday").ok());
  EXPECT_EQ(9, (*store_->Entries(8, 1))[0].body["lost_sequence"]);
  EXPECT_TRUE(store_->MoveSlots({4}, SlotState::kMissed, "x", kDaemon).ok());
  Open();
  EXPECT_EQ("", store_->Fork());
  EXPECT_EQ(Code::kInvalid, store_->AcceptFork(kJin, "again").code());
}

TEST_F(LedgerStoreTest, AMissingOrForeignHeadFileIsAFork) {
  MakeHistory();
  store_.reset();
  std::filesystem::remove(path_ + ".head");
  EXPECT_NE("", Open().Fork());
  std::ofstream(path_ + ".head") << "something else";
  EXPECT_NE("", Open().Fork());
  // A new store beside the head file of a lost one is not silently a new history.
  store_.reset();
  std::filesystem::remove(path_);
  EXPECT_NE("", Open().Fork());
}

TEST_F(LedgerStoreTest, RebuildsRunsAndSlots) {
  MakeHistory();
  EXPECT_TRUE(store_->RebuildFromLedger(false)->empty());
  ASSERT_TRUE(Execute("UPDATE slots SET state = 'on_time', reason = '' WHERE id = 3;"
                      "UPDATE runs SET exit_code = 0 WHERE id = 1"));
  EXPECT_EQ(2U, store_->RebuildFromLedger(false)->size());
  EXPECT_EQ(2U, store_->RebuildFromLedger(true)->size());
  EXPECT_TRUE(store_->RebuildFromLedger(false)->empty());
  EXPECT_EQ(2, store_->Run(1)->summary.exit_code);
  EXPECT_EQ("daemon down", (*store_->Slots({}))[2].reason);
  ExpectWhole();
}

// Each earlier version is made as that version's upkeep made it, with a ledger entry inside.
TEST_F(LedgerTest, MigratesFromEveryEarlierVersion) {
  const int latest = static_cast<int>(Migrations().size());
  for (int version = 1; version < latest; ++version) {
    store_.reset();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
    std::ofstream(path_).close();
    {
      auto database = *Database::Open(path_, {});
      database->Execute("PRAGMA application_id = 1970301808; PRAGMA journal_mode = WAL");
      for (int i = 0; i < version; ++i) {
        database->Execute(Migrations()[static_cast<std::size_t>(i)]);
      }
      database->Execute(("PRAGMA user_version = " + std::to_string(version)).c_str());
      database->Execute("INSERT INTO runs (state, trigger, actor_name, actor_source, "
                        "actor_identity, version, schedule, scope, holder, planned, started) "
                        "VALUES ('running', 'manual', 'jin', 'os', '1', '0', '', '', 'h', 1, 1)");
      ASSERT_TRUE(database->TakeStatus().ok()) << version;
    }
    Open();
    EXPECT_EQ(latest, store_->schema_version());
    EXPECT_EQ(latest, Sql("PRAGMA user_version"));
    EXPECT_EQ("jin", store_->Run(1)->actor.name);
    EXPECT_EQ(2, Look({MakeResult("web", checks::State::kCritical)}).exit_code);
    EXPECT_EQ(1, Sql("SELECT count(*) FROM result_list"));
  }
}

TEST_F(LedgerTest, RefusesANewerSchemaAndAForeignDatabase) {
  Open();
  store_.reset();
  ASSERT_TRUE(Execute("PRAGMA user_version = 900"));
  EXPECT_EQ(Code::kStore, TryOpen().status().code());
  EXPECT_NE(std::string::npos, TryOpen().status().message().find("newer upkeep"));
  ASSERT_TRUE(Execute("PRAGMA user_version = 1; PRAGMA application_id = 7"));
  EXPECT_EQ(Code::kStore, TryOpen().status().code());
}

}  // namespace
}  // namespace upkeep::store
