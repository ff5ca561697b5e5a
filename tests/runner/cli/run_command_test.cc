// SPDX-License-Identifier: Apache-2.0
// upkeep run as it is typed: what is chosen, and what is not looked at.
#include "tests/runner/cli/terminal.h"
#include "tests/source_folder.h"

namespace upkeep::cli {
namespace {

class RunCommandTest : public TerminalTest {
 protected:
  RunCommandTest() {
    Write("inventory.yaml", "apiVersion: upkeep/v1\ntargets:\n  - {name: box, kind: host, host: localhost}\n"
                            "  - {name: orders-mysql, kind: mysql, host: 127.0.0.1, port: 1, database: orders, user: u}\n");
  }
  Said Run(std::vector<std::string> words) const {
    words.insert(words.begin(), "run");
    words.insert(words.end(), {"--playbooks", SourceFolder() + "/playbooks", "--inventory", Path("inventory.yaml"), "--store",
                               Path("upkeep.db")});
    return Type(words);
  }
};

TEST_F(RunCommandTest, APlaybookThatIsChosenTwiceRunsOnce) {
  const Said twice = Run({"selftest.ok", "selftest.ok", "--target", "box", "-o", "json"});
  EXPECT_EQ(0, twice.code) << twice.err;
  const Value report = Value::parse(twice.out);
  EXPECT_EQ(1U, report["checks"].size());
  // Of a cadence and beside it.
  EXPECT_EQ(0, Run({"on_demand", "selftest.ok", "--only", "selftest.ok", "--target", "box"}).code);
}

TEST_F(RunCommandTest, ATargetThatNothingLooksAtIsSaidAndRefusedWhereItWasNamed) {
  const Said all = Run({"kubernetes.pods", "selftest.ok", "--target", "box"});
  EXPECT_EQ(0, all.code) << all.err;
  Write("inventory.yaml", "apiVersion: upkeep/v1\ntargets:\n  - {name: web, kind: http, url: \"http://127.0.0.1:1/\", timeLimit: 1s}\n"
                          "  - {name: orders-mysql, kind: mysql, host: 127.0.0.1, port: 1, database: orders, user: u}\n");
  const Said daily = Run({"http.endpoint"});
  EXPECT_TRUE(Has(daily.err, "nothing that was chosen looks at 'orders-mysql' (mysql)")) << daily.err;
  EXPECT_FALSE(Has(daily.out, "No check is for")) << daily.out;
  const Said list = Run({"daily", "--only", "http.endpoint"});
  EXPECT_TRUE(Has(list.out, "No check is for: orders-mysql")) << list.out;
  EXPECT_EQ(64, Run({"http.endpoint", "--only", "http.*"}).code);
  const Said named = Run({"http.endpoint", "--target", "web", "--target", "orders-mysql"});
  EXPECT_EQ(64, named.code);
  EXPECT_TRUE(Has(named.err, "nothing that was chosen looks at 'orders-mysql' (mysql)")) << named.err;
}

TEST_F(RunCommandTest, ARunThatIsNotThereIsComparedWithNothing) {
  ASSERT_EQ(0, Run({"selftest.ok", "--target", "box"}).code);
  EXPECT_EQ(0, Type({"diff", "1", "--store", Path("upkeep.db")}).code);
  const Said none = Type({"diff", "99", "--store", Path("upkeep.db")});
  EXPECT_EQ(65, none.code);
  EXPECT_TRUE(Has(none.err, "there is no run 99")) << none.err;
}

TEST_F(RunCommandTest, AContextWithoutAKubeconfigIsRefused) {
  const Said said = Run({"selftest.ok", "--context", "production"});
  EXPECT_EQ(64, said.code);
  EXPECT_TRUE(Has(said.err, "--context names a context of a kubeconfig, and there is none")) << said.err;
}

}  // namespace
}  // namespace upkeep::cli
