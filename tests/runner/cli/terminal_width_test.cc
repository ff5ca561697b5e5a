// SPDX-License-Identifier: Apache-2.0
//
// On a terminal of 80 columns nothing that is said to people is cut by it; what is no terminal gets
// whole lines.
#include <algorithm>
#include <sstream>

#include "base/terminal_text.h"
#include "tests/runner/cli/terminal.h"
#include "tests/source_folder.h"

namespace upkeep::cli {
namespace {

constexpr int kTerminal = 80;

class TerminalWidthTest : public TerminalTest {
 protected:
  /// What the command writes on the terminal, in each language; no line of it is wider.
  std::string Shown(std::vector<std::string> words, int code = 0) {
    words.insert(words.end(), {"--store", Path("s.db"), "--inventory", Path("inventory.yaml"), "--playbooks",
                               SourceFolder() + "/playbooks", "--schedules", SourceFolder() + "/schedules"});
    std::string english;
    for (const char* language : {"ko", "en"}) {
      std::vector<std::string> all = words;
      all.insert(all.end(), {"--lang", language});
      const Said said = Type(all, kTerminal);
      EXPECT_EQ(code, said.code) << said.err;
      english = said.out;
      ExpectFits(said.out);
    }
    return english;
  }

  static void ExpectFits(const std::string& text) {
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) EXPECT_LE(DisplayWidth(line), kTerminal) << line;
  }
};

TEST_F(TerminalWidthTest, HelpOfEveryCommand) {
  for (const char* language : {"en", "ko"}) {
    ExpectFits(Type({"--help", "--lang", language}, kTerminal).out);
    for (const Command& command : Commands()) {
      std::istringstream in(command.name);
      std::vector<std::string> words;
      for (std::string word; in >> word;) words.push_back(word);
      words.insert(words.end(), {"--help", "--lang", language});
      const std::string help = Type(words, kTerminal).out;
      ExpectFits(help);
      EXPECT_EQ(help, Type(words).out) << "80 where no terminal gives a width";
    }
  }
  setenv("UPKEEP_LANG", "ko", 1);
  ExpectFits(Type({"--help"}, kTerminal).out);
  ExpectFits(Type({"--help-all"}, kTerminal).out);
  unsetenv("UPKEEP_LANG");
  ExpectFits(Type({"--help-all"}, kTerminal).out);
}

TEST_F(TerminalWidthTest, DescriptionsGoOnUnderTheirColumn) {
  const std::string help = Type({"daemon", "--help"}, kTerminal).out;
  const std::size_t at = help.find("--listen");
  ASSERT_NE(std::string::npos, at) << help;
  const std::size_t below = help.find('\n', at) + 1;
  EXPECT_EQ(std::string(30, ' '), help.substr(below, 30)) << help;
  EXPECT_NE(' ', help[below + 30]) << help;
}

TEST_F(TerminalWidthTest, TablesAndSentences) {
  Write("inventory.yaml",
        "apiVersion: upkeep/v1\ntargets:\n  - {name: web, kind: http, url: 'http://127.0.0.1:1/'}\n"
        "  - {name: a-rather-long-name-for-an-endpoint-of-the-shop, kind: http, url: 'http://127.0.0.1:1/'}\n");
  for (const char* target : {"web", "a-rather-long-name-for-an-endpoint-of-the-shop"}) {
    Shown({"run", "http.endpoint", "--target", target}, 2);
  }
  const std::string said = "the team of the shop moves its endpoint to another host in the night to Thursday";
  ASSERT_EQ(0, Type({"waiver", "add", "--owner", "shop-team", "--reason", said, "--expires", "30d", "--playbook",
                     "http.endpoint", "--subject", "Endpoint/*", "--store", Path("s.db")}).code);
  ASSERT_EQ(0, Type({"pause", "daily", "--reason", said, "--until", "2h", "--store", Path("s.db"), "--schedules",
                     SourceFolder() + "/schedules"}).code);
  const std::string waivers = Shown({"waiver", "list"});
  EXPECT_FALSE(Has(waivers, ".0") || Has(waivers, ".9")) << "milliseconds: " << waivers;
  EXPECT_TRUE(Has(Shown({"list"}), "kubernetes.nodes"));
  EXPECT_TRUE(Has(Shown({"history"}), "RESOLVED"));
  EXPECT_TRUE(Has(Shown({"schedule", "list"}), "PAUSED"));
  Shown({"schedule", "describe"});
  Shown({"schedule", "describe", "*/15 9-17 * * MON-FRI"});
  Shown({"schedule", "next", "daily"});
  Shown({"diff", "1", "2"});
  Shown({"approvals"});
  Shown({"doctor"}, 69);
  Shown({"config", "show"});
  for (const char* playbook : {"http.endpoint", "kubernetes.nodes", "postgres.sessions", "redis.health"}) {
    Shown({"explain", playbook});
  }
  // What a script reads has a line for each row.
  const std::string rows = Type({"list", "--playbooks", SourceFolder() + "/playbooks"}).out;
  std::istringstream in(rows);
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) EXPECT_TRUE(Has(line.substr(0, line.find(' ')), ".")) << line;
}

}  // namespace
}  // namespace upkeep::cli
