// SPDX-License-Identifier: Apache-2.0
//
// What `upkeep new` makes is valid, passes its cases, and its cases notice when it is made wrong.
#include "runner/authoring/scaffold.h"

#include "runner/authoring/case_runner.h"
#include "runner/authoring/diagnostic.h"
#include "runner/authoring/editor_files.h"
#include "runner/authoring/mutation.h"
#include "tests/runner/run/pack.h"

namespace upkeep::authoring {
namespace {

class ScaffoldTest : public run::PackTest {};

TEST_F(ScaffoldTest, EveryKindIsValidTestedAndWhollyCovered) {
  const std::vector<std::string> kinds = ScaffoldKinds();
  ASSERT_GE(kinds.size(), 7U);
  for (const std::string& kind : kinds) {
    SCOPED_TRACE(kind);
    const Result<Scaffold> scaffold = MakeScaffold(pack_, "team." + kind, kind);
    ASSERT_TRUE(scaffold.ok()) << scaffold.status().Describe();
    ASSERT_TRUE(WriteScaffold(*scaffold).ok());
    const PlaybookFile file{"team." + kind, pack_, scaffold->playbook_path};
    for (const Diagnostic& diagnostic : Inspect(file)) ADD_FAILURE() << diagnostic.problem.Describe();
    std::vector<run::Playbook> playbooks;
    playbooks.push_back(*run::ReadPlaybook(pack_, scaffold->playbook_path));
    EXPECT_EQ("team", playbooks[0].head.owner);
    const auto reports = *RunCases(playbooks, 2);
    EXPECT_GE(reports[0].cases.size(), 2U);
    for (const CaseReport& one : reports[0].cases) {
      for (const Failure& failure : one.failures) ADD_FAILURE() << one.name << ": " << failure.text;
    }
    EXPECT_EQ("", LineRanges(reports[0].coverage.Missed()));
    for (const LimitCoverage& limit : reports[0].coverage.limits) EXPECT_TRUE(limit.covered()) << limit.parameter;
    const Result<MutationReport> mutation = FindSurvivors(playbooks[0], 2);
    ASSERT_TRUE(mutation.ok()) << mutation.status().Describe();
    EXPECT_GE(mutation->mutants, 1U);
    for (const Mutant& mutant : mutation->survivors) {
      ADD_FAILURE() << mutant.before << " -> " << mutant.after << " at " << mutant.place.line;
    }
  }
}

TEST_F(ScaffoldTest, NothingIsOverwritten) {
  const Scaffold scaffold = *MakeScaffold(pack_, "team.one", "redis");
  for (const std::string& path : {scaffold.case_path, scaffold.playbook_path}) {
    Write(std::filesystem::path(path).lexically_relative(pack_).string(), "mine");
    EXPECT_EQ(Code::kOutput, WriteScaffold(scaffold).code());
    EXPECT_EQ(4U, std::filesystem::file_size(path));
    std::filesystem::remove(path);
  }
  EXPECT_TRUE(std::filesystem::is_empty(std::filesystem::path(scaffold.case_path).parent_path()));
}

TEST_F(ScaffoldTest, BadWordsAreUsageErrorsWithHints) {
  EXPECT_EQ(Code::kUsage, MakeScaffold(pack_, "Team.One", "redis").status().code());
  EXPECT_EQ(Code::kUsage, MakeScaffold(pack_, "one", "redis").status().code());
  EXPECT_EQ(Code::kUsage, MakeScaffold(pack_, "../one.two", "redis").status().code());
  EXPECT_EQ("did you mean 'redis'?", MakeScaffold(pack_, "team.one", "redsi").status().hint());
}

TEST_F(ScaffoldTest, EditorFilesLeaveTheAuthorsSettingsAlone) {
  Write(".luarc.json", "mine");
  const Result<std::vector<WrittenFile>> files = WriteEditorFiles(pack_);
  ASSERT_TRUE(files.ok()) << files.status().Describe();
  int kept = 0;
  std::set<std::string> names;
  for (const WrittenFile& file : *files) {
    kept += file.kept ? 1 : 0;
    EXPECT_GT(std::filesystem::file_size(file.path), 0U) << file.path;
    names.insert(std::filesystem::path(file.path).lexically_relative(pack_).string());
  }
  EXPECT_EQ(1, kept);
  EXPECT_EQ(4U, std::filesystem::file_size(pack_ + "/.luarc.json"));
  for (const char* name : {".emmyrc.json", ".upkeep/meta/upkeep.lua", ".upkeep/meta/upkeep/kubernetes.lua",
                           ".upkeep/schema/schedules.schema.json"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
  // What editors read is no playbook.
  EXPECT_TRUE(PlaybookFilesOf(pack_).empty());
}

}  // namespace
}  // namespace upkeep::authoring
