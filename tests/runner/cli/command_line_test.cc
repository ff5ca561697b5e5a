// SPDX-License-Identifier: Apache-2.0
//
// The command line as a person types it: parsing, hints, help, completion, and the exit code of
// each kind of bad input.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <tuple>

#include "tests/runner/cli/terminal.h"
#include "tests/source_folder.h"

namespace upkeep::cli {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> Split(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

using CommandLineTest = TerminalTest;

TEST_F(CommandLineTest, VersionInBothForms) {
  const Said flag = Type({"--version"}), command = Type({"version"});
  EXPECT_EQ(0, flag.code);
  EXPECT_EQ(flag.out, command.out);
  EXPECT_EQ(0U, flag.out.find("upkeep "));
}

TEST_F(CommandLineTest, HelpOfEveryCommandNamesItsOptions) {
  for (const Command& command : Commands()) {
    std::vector<std::string> words = Split(command.name);
    words.push_back("--help");
    const Said said = Type(words);
    EXPECT_EQ(0, said.code) << command.name;
    EXPECT_EQ("", said.err) << command.name;
    EXPECT_FALSE(command.summary.empty()) << command.name;
    for (const Option& option : command.options) {
      EXPECT_TRUE(Has(said.out, option.name.substr(option.name.find("--")))) << command.name << " " << option.name;
    }
  }
  const Said help = Type({"--help"});
  EXPECT_EQ(0, help.code);
  for (const char* number : {" 64  ", " 74  ", "130  "}) EXPECT_TRUE(Has(help.out, number)) << help.out;
}

TEST_F(CommandLineTest, NoFlagTakesASecretOrSaysWhoOneIs) {
  for (const Command& command : Commands()) {
    for (const Option& option : command.options) {
      for (const char* word : {"password", "token", "secret", "--user", "--actor", "--as"}) {
        EXPECT_FALSE(option.name == word || (word[0] != '-' && Has(option.name, word)))
            << command.name << " " << option.name;
      }
    }
  }
}

TEST_F(CommandLineTest, NamesAreUniqueAndEveryCommandRuns) {
  std::set<std::string> names;
  for (const Command& command : Commands()) {
    EXPECT_TRUE(names.insert(command.name).second) << command.name;
    EXPECT_TRUE(static_cast<bool>(command.run)) << command.name;
  }
}

TEST_F(CommandLineTest, AWrongWordIsUsageWithTheNearOne) {
  const Said command = Type({"rnu"});
  EXPECT_EQ(64, command.code);
  EXPECT_EQ("", command.out);
  EXPECT_TRUE(Has(command.err, "did you mean 'upkeep run'?")) << command.err;
  const Said flag = Type({"run", "daily", "--tragte", "x"});
  EXPECT_EQ(64, flag.code);
  EXPECT_TRUE(Has(flag.err, "did you mean --target?")) << flag.err;
  const Said value = Type({"report", "daily", "--dat", "2026-11-01"});
  EXPECT_EQ(64, value.code);
  EXPECT_TRUE(Has(value.err, "not expected: --dat\n")) << value.err;
  EXPECT_TRUE(Has(value.err, "did you mean --date?")) << value.err;
  const Said front = Type({"--lang", "ko", "run", "daily"});
  EXPECT_EQ(64, front.code);
  EXPECT_TRUE(Has(front.err, "옵션은 명령 뒤에 씁니다")) << front.err;
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--verison"}, {"--verison", "run", "daily"}}) {
    const Said mistyped = Type(words);
    EXPECT_EQ(64, mistyped.code);
    EXPECT_TRUE(Has(mistyped.err, "there is no option --verison\n")) << mistyped.err;
    EXPECT_TRUE(Has(mistyped.err, "did you mean --version?")) << mistyped.err;
  }
  EXPECT_TRUE(Has(Type({"--frobnicate"}).err, "there is no option --frobnicate\n")) << Type({"--frobnicate"}).err;
  EXPECT_TRUE(Has(Type({"--store=x.db"}).err, "'--store=x.db' stands in front of the command"));
  EXPECT_EQ(64, Type({}).code);
  EXPECT_EQ(64, Type({"run"}).code);
  EXPECT_EQ(64, Type({"run", "daily", "--exit-on", "sometimes"}).code);
  const Said format = Type({"report", "daily", "-o", "htlm"});
  EXPECT_EQ(64, format.code);
  EXPECT_TRUE(Has(format.err, "did you mean 'html'?")) << format.err;
  const Said path = Type({"report", "daily", "-o", "html:"});
  EXPECT_EQ(64, path.code);
  EXPECT_EQ("", path.out);
  EXPECT_TRUE(Has(path.err, "hint: write html, or html:PATH")) << path.err;
  const Said runs = Type({"diff", "1", "2", "3", "--store", Path("s.db")});
  EXPECT_EQ(64, runs.code);
  EXPECT_TRUE(Has(runs.err, "two runs are compared, and 3 are named")) << runs.err;
  EXPECT_EQ(64, Type({"report", "yearly"}).code);
  EXPECT_EQ(64, Type({"report", "daily", "--date", "tomorrow"}).code);
  EXPECT_EQ(64, Type({"report", "daily", "--zone", "Asia/Soul"}).code);
  EXPECT_EQ(64, Type({"completion", "tcsh"}).code);
}

TEST_F(CommandLineTest, CompletionKnowsEveryCommandAndBashLoadsIt) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Said said = Type({"completion", shell});
    EXPECT_EQ(0, said.code);
    for (const Command& command : Commands()) {
      EXPECT_TRUE(Has(said.out, Split(command.name)[0])) << shell << " " << command.name;
    }
  }
  const std::string script = Write("completion.bash", Type({"completion", "bash"}).out);
  const std::string ask = "bash -c 'source " + script +
                          " && COMP_WORDS=(upkeep run --ex) COMP_CWORD=2 && _upkeep && "
                          "[[ ${COMPREPLY[*]} == --exit-on ]] && COMP_WORDS=(upkeep repo) COMP_CWORD=1 && _upkeep && "
                          "[[ ${COMPREPLY[*]} == report ]]'";
  EXPECT_EQ(0, std::system(ask.c_str()));
  // The script asks the program that was typed for ids.
  const std::string program = Write("upkeep", "#!/bin/sh\necho ID\necho \"$1.first  x y\"\n");
  fs::permissions(program, fs::perms::owner_all);
  const auto offered = [&](const std::string& words, int at) {
    const std::string line = "bash -c 'source " + script + " && COMP_WORDS=(" + program + " " + words + ") COMP_CWORD=" +
                             std::to_string(at) + "; _upkeep; echo ${COMPREPLY[*]}' >" + Path("offered");
    EXPECT_EQ(0, std::system(line.c_str())) << line;
    std::ifstream in(Path("offered"));
    std::string answer;
    std::getline(in, answer);
    return answer;
  };
  EXPECT_EQ("continuous daily weekly monthly quarterly on_demand list.first", offered("run \"\"", 2));
  EXPECT_EQ("daily", offered("report da", 2));
  EXPECT_EQ("list.first", offered("explain \"\"", 2));
  EXPECT_EQ("schedule.first", offered("schedule next \"\"", 3));
  EXPECT_EQ("schedule.first", offered("tick --schedule \"\"", 3));
  EXPECT_EQ("ko en", offered("run daily --lang \"\"", 4));
  EXPECT_EQ("ko", offered("run daily --lang = k", 5));
  EXPECT_EQ("ko en", offered("run daily --lang =", 4));
  EXPECT_EQ("critical warning unknown never", offered("run daily --exit-on \"\"", 4));
  EXPECT_EQ("json jsonl junit", offered("run daily -o j", 4));
  EXPECT_EQ("json", offered("explain http.endpoint --output \"\"", 4));
  EXPECT_EQ("", offered("run daily -o html : \"\"", 6));      // A path: the shell's own.
  EXPECT_EQ("", offered("run daily --store \"\"", 4));
  EXPECT_EQ("--limit", offered("history --li", 2));
  EXPECT_EQ("next describe simulate list check", offered("schedule \"\"", 2));
  EXPECT_EQ("show", offered("approvals sh", 2));
}

TEST_F(CommandLineTest, ABadPlaybookIs65WithItsPlace) {
  const std::string file = Write("pack/shop/broken.lua", "return {\n  id = 'shop.broken',\n  title = 7,\n}\n");
  const Said said = Type({"validate", file});
  EXPECT_EQ(65, said.code);
  EXPECT_TRUE(Has(said.err, "broken.lua:3:")) << said.err;
  EXPECT_TRUE(Has(said.err, "^")) << said.err;
  const Said syntax = Type({"validate", Write("pack/shop/torn.lua", "return {\n  id = \n")});
  EXPECT_EQ(65, syntax.code);
  EXPECT_TRUE(Has(syntax.err, "torn.lua:")) << syntax.err;
}

TEST_F(CommandLineTest, AnUnknownPlaybookIs65WithTheNearOne) {
  const Said said = Type({"explain", "kubernetes.node", "--playbooks", SourceFolder() + "/playbooks"});
  EXPECT_EQ(65, said.code);
  EXPECT_TRUE(Has(said.err, "did you mean 'kubernetes.nodes'?")) << said.err;
}

TEST_F(CommandLineTest, ABadInventoryIs78WithItsPlace) {
  const std::string file = Write("inventory.yaml", "targets:\n  - name: a\n    kind: postgras\n");
  const Said said = Type({"run", "daily", "--inventory", file, "--store", Path("s.db")});
  EXPECT_EQ(78, said.code) << said.err;
  EXPECT_TRUE(Has(said.err, "inventory.yaml:")) << said.err;
  EXPECT_TRUE(Has(said.err, "^")) << said.err;
  const Said none = Type({"run", "daily", "--inventory", Path("none.yaml"), "--store", Path("s.db")});
  EXPECT_EQ(78, none.code) << none.err;
}

TEST_F(CommandLineTest, ABadKubeconfigIs78) {
  const Said said = Type({"run", "kubernetes.nodes", "--kubeconfig", Write("kubeconfig", "clusters: [\n"), "--store", Path("s.db")});
  EXPECT_EQ(78, said.code) << said.err;
  EXPECT_TRUE(Has(said.err, "kubeconfig:")) << said.err;
}

/// A kubeconfig whose user and cluster have these keys, in flow style.
std::string Kubeconfig(const std::string& user, const std::string& cluster = "server: 'https://127.0.0.1:1'") {
  return "apiVersion: v1\ncurrent-context: here\ncontexts: [{name: here, context: {cluster: c, user: u}}]\n"
         "users: [{name: u, user: {" + user + "}}]\nclusters: [{name: c, cluster: {" + cluster + "}}]\n";
}

TEST_F(CommandLineTest, ABadValueInAKubeconfigIs78BeforeAnythingIsLookedAt) {
  const std::string playbooks = SourceFolder() + "/playbooks";
  const std::string file = Write("kubeconfig", Kubeconfig("client-key-data: '!!'", "servr: 'https://127.0.0.1:1'"));
  const std::string inventory = Write("inventory.yaml",
                                      "apiVersion: upkeep/v1\ntargets:\n  - {name: a, kind: kubernetes, kubeconfig: kubeconfig}\n"
                                      "  - {name: web, kind: http, url: 'http://127.0.0.1:1/', timeLimit: 5s}\n");
  for (const auto& [flag, path] : {std::pair("--kubeconfig", file), std::pair("--inventory", inventory)}) {
    const Said said = Type({"run", "daily", flag, path, "--store", Path("s.db"), "--playbooks", playbooks});
    EXPECT_EQ(78, said.code) << said.err;
    EXPECT_EQ("", said.out);
    EXPECT_TRUE(Has(said.err, "kubeconfig:4:43: client-key-data is not base64")) << said.err;
    EXPECT_TRUE(Has(said.err, "kubeconfig:5:32: unknown key \"servr\"")) << said.err;   // All at once.
    EXPECT_TRUE(Has(said.err, "^")) << said.err;
    EXPECT_TRUE(Has(said.err, "hint: ")) << said.err;
    EXPECT_TRUE(Has(said.err, "did you mean \"server\"?")) << said.err;
  }
  // Who looks at another target is not stopped by it; nor is anybody by a file that is not there.
  EXPECT_EQ(2, Type({"run", "http.endpoint", "--target", "web", "--inventory", inventory, "--store", Path("s.db"),
                     "--playbooks", playbooks}).code);
  fs::remove(file);
  const Said absent = Type({"run", "daily", "--inventory", inventory, "--store", Path("s.db"), "--playbooks", playbooks,
                            "--only", "kubernetes.nodes", "--only", "http.endpoint"});
  EXPECT_EQ(2, absent.code) << absent.err;
  EXPECT_TRUE(Has(absent.out, "unknown")) << absent.out;
}

TEST_F(CommandLineTest, AContextThatIsNotThereHasItsPlace) {
  const std::string file = Write("kubeconfig", Kubeconfig("token: t"));
  const Said other = Type({"run", "daily", "--kubeconfig", file, "--context", "hre", "--store", Path("s.db")});
  EXPECT_EQ(78, other.code);
  EXPECT_TRUE(Has(other.err, "kubeconfig:3:")) << other.err;
  EXPECT_TRUE(Has(other.err, "did you mean 'here'?")) << other.err;
  const Said none = Type({"run", "daily", "--kubeconfig", Write("none", "apiVersion: v1\nkind: Config\n"), "--store", Path("s.db")});
  EXPECT_EQ(78, none.code);
  EXPECT_TRUE(Has(none.err, "none:1:1:")) << none.err;
}

TEST_F(CommandLineTest, EveryReportNamesTheClusterWhoseTlsIsNotVerified) {
  const std::string file =
      Write("kubeconfig", Kubeconfig("token: t", "server: 'https://127.0.0.1:1', insecure-skip-tls-verify: true"));
  const std::vector<std::string> common = {"--store", Path("s.db"), "--playbooks", SourceFolder() + "/playbooks"};
  std::vector<std::string> run = {"run", "kubernetes.nodes", "--kubeconfig", file, "-o", "table"};
  run.insert(run.end(), common.begin(), common.end());
  const Said said = Type(run);
  EXPECT_EQ(69, said.code) << said.err;
  EXPECT_TRUE(Has(said.out, "TLS is not verified for: here")) << said.out;
  for (const std::string format : {"md", "html", "json"}) {
    const Said report = Type({"report", "daily", "-o", format, "--store", Path("s.db")});
    EXPECT_EQ(0, report.code) << report.err;
    EXPECT_TRUE(Has(report.out, format == "json" ? "\"unverified_tls\"" : "TLS is not verified for")) << report.out;
    EXPECT_TRUE(Has(report.out, "here")) << report.out;
  }
}

TEST_F(CommandLineTest, AMissingStoreIs74) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"report", "daily"}, {"history"}, {"db", "check"}, {"serve", "--listen", "127.0.0.1:0"}}) {
    std::vector<std::string> typed = words;
    typed.insert(typed.end(), {"--store", Path("none.db")});
    const Said said = Type(typed);
    EXPECT_EQ(74, said.code) << words[0] << said.err;
    EXPECT_TRUE(Has(said.err, "there is no store")) << said.err;
    EXPECT_TRUE(Has(said.err, "hint: ")) << said.err;
  }
}

TEST_F(CommandLineTest, HistoryRefusesANameThatNobodyKnows) {
  const std::string inventory =
      Write("inventory.yaml", "apiVersion: upkeep/v1\ntargets:\n  - {name: web, kind: http, url: 'http://127.0.0.1:1/'}\n");
  const std::vector<std::string> places = {"--store", Path("s.db"), "--playbooks", SourceFolder() + "/playbooks",
                                           "--inventory", inventory, "--schedules", SourceFolder() + "/schedules"};
  const auto type = [&](std::vector<std::string> words) {
    words.insert(words.end(), places.begin(), places.end());
    return Type(words);
  };
  ASSERT_EQ(2, type({"run", "http.endpoint"}).code);
  for (const auto& [option, name, near] : {std::tuple("--playbook", "http.endpont", "did you mean 'http.endpoint'?"),
                                           std::tuple("--target", "wbe", "did you mean 'web'?"),
                                           std::tuple("--schedule", "dialy", "did you mean 'daily'?")}) {
    const Said unknown = type({"history", option, name});
    EXPECT_EQ(65, unknown.code) << option;
    EXPECT_EQ("", unknown.out);
    EXPECT_TRUE(Has(unknown.err, near)) << unknown.err;
  }
  const Said not_yet = type({"history", "--playbook", "redis.health", "--schedule", "daily"});
  EXPECT_EQ(0, not_yet.code);
  EXPECT_TRUE(Has(not_yet.out, "RUN")) << not_yet.out;
  EXPECT_TRUE(Has(not_yet.err, "no run fits --playbook redis.health --schedule daily")) << not_yet.err;
  const Said there = type({"history", "--playbook", "http.endpoint", "--target", "web"});
  EXPECT_EQ(0, there.code);
  EXPECT_EQ("", there.err);
  // The inventory need not have what history has.
  Write("inventory.yaml", "apiVersion: upkeep/v1\ntargets:\n  - {name: other, kind: http, url: 'http://127.0.0.1:1/'}\n");
  EXPECT_EQ(0, type({"history", "--target", "web"}).code);
}

TEST_F(CommandLineTest, AnOutputThatIsNotWrittenIsSaidOnce) {
  const std::string inventory =
      Write("inventory.yaml", "apiVersion: upkeep/v1\ntargets:\n  - {name: web, kind: http, url: 'http://127.0.0.1:1/'}\n");
  ASSERT_EQ(2, Type({"run", "http.endpoint", "--inventory", inventory, "--store", Path("s.db"), "--playbooks",
                     SourceFolder() + "/playbooks"}).code);
  const std::string store = Path("s.db");
  const char* const argv[] = {"upkeep", "report", "daily", "--store", store.c_str()};
  std::ostream out(nullptr);   // Every write fails.
  std::ostringstream err;
  EXPECT_EQ(73, Main(5, argv, out, err));
  EXPECT_EQ("upkeep: standard output could not be written\n", err.str());
}

TEST_F(CommandLineTest, WhoReadsNoFurtherIsToldNothing) {
  const int kept = dup(STDOUT_FILENO);
  int ends[2];
  ASSERT_EQ(0, pipe(ends));
  dup2(ends[1], STDOUT_FILENO);
  const char* const argv[] = {"upkeep", "list"};
  std::ostream out(nullptr);   // Every write fails.
  std::ostringstream read, unread;
  const int with_reader = Main(2, argv, out, read);
  close(ends[0]);
  const int without = Main(2, argv, out, unread);
  dup2(kept, STDOUT_FILENO);
  close(ends[1]);
  close(kept);
  EXPECT_EQ(73, with_reader);
  EXPECT_TRUE(Has(read.str(), "standard output could not be written")) << read.str();
  EXPECT_EQ(141, without);
  EXPECT_EQ("", unread.str());
}

TEST_F(CommandLineTest, ACorruptStoreIs74) {
  const Said said = Type({"report", "daily", "--store", Write("corrupt.db", std::string(8192, 'x'))});
  EXPECT_EQ(74, said.code) << said.err;
  EXPECT_TRUE(Has(said.err, "corrupt.db")) << said.err;
}

}  // namespace
}  // namespace upkeep::cli
