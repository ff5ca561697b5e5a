// SPDX-License-Identifier: Apache-2.0
//
// With --lang ko, or UPKEEP_LANG=ko, the command line says its errors, hints, help and tables in
// Korean; places and carets stand where they stand in English.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/runner/cli/english.h"
#include "tests/runner/cli/terminal.h"

namespace upkeep::cli {
namespace {

namespace fs = std::filesystem;

Said TypeIn(const std::string& language, std::vector<std::string> words) {
  words.insert(words.end(), {"--lang", language});
  return Type(std::move(words));
}

std::vector<std::string> Lines(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// Help without its line breaks: a summary may be broken anywhere.
std::string OnOneLine(const std::string& text) {
  std::string line;
  for (const std::string& part : Lines(text)) line += (line.empty() ? "" : " ") + part.substr(std::min(part.size(), part.find_first_not_of(' ')));
  return line;
}

class KoreanCommandLineTest : public TerminalTest {
 protected:
  ~KoreanCommandLineTest() override { unsetenv("UPKEEP_LANG"); }

  /// The error is English without --lang, Korean with it, and its exit code the same.
  void ExpectBoth(const std::vector<std::string>& words) {
    const Said english = TypeIn("en", words), korean = TypeIn("ko", words);
    SCOPED_TRACE(testing::PrintToString(words));
    EXPECT_NE(0, english.code);
    EXPECT_EQ(english.code, korean.code);
    EXPECT_TRUE(HasEnglishProse(english.err)) << english.err;
    ASSERT_NE(english.err, korean.err);
    const std::vector<std::string> in_english = Lines(english.err), in_korean = Lines(korean.err);
    ASSERT_EQ(in_english.size(), in_korean.size()) << korean.err;
    for (std::size_t i = 0; i < in_korean.size(); ++i) {
      const bool hint = in_english[i].starts_with("  hint: ");
      EXPECT_EQ(hint, in_korean[i].starts_with("  힌트: ")) << in_korean[i];
      if (in_english[i].starts_with("  ") && !hint) {
        EXPECT_EQ(in_english[i], in_korean[i]) << "a line of the file, or a caret";
        continue;
      }
      EXPECT_FALSE(HasEnglish(in_korean[i])) << in_korean[i];
      EXPECT_EQ(std::string::npos, in_korean[i].find("“")) << "quoted, so nobody knew it: " << in_korean[i];
    }
  }

};

TEST_F(KoreanCommandLineTest, WrongUse) {
  const std::string store = Path("s.db");
  ExpectBoth({"rnu"});
  ExpectBoth({"--verison"});
  ExpectBoth({"run", "daily", "--tragte", "x"});
  ExpectBoth({"run"});
  ExpectBoth({"run", "daily", "--exit-on", "sometimes"});
  ExpectBoth({"report", "daily", "-o", "htlm"});
  ExpectBoth({"report", "daily", "-o", "html:"});
  ExpectBoth({"diff", "1", "2", "3"});
  ExpectBoth({"report", "yearly"});
  ExpectBoth({"report", "daily", "--date", "tomorrow"});
  ExpectBoth({"report", "daily", "--zone", "Asia/Soul"});
  ExpectBoth({"completion", "tcsh"});
  ExpectBoth({"schedule", "next", "61 * * * *"});
  ExpectBoth({"schedule", "next", "daily", "-n", "0"});
  ExpectBoth({"waiver", "add", "--owner", "a"});
  ExpectBoth({"waiver", "revoke", "x"});
  ExpectBoth({"explain", "kubernetes.node"});
  ExpectBoth({"apply", "x"});
  ExpectBoth({"config", "context"});
  ExpectBoth({"tick", "--store", store});
  ExpectBoth({"serve", "--listen", "nowhere:x", "--store", store});
}

TEST_F(KoreanCommandLineTest, BadFilesWithTheirPlaces) {
  const std::string store = Path("s.db");
  const auto run = [&](const std::string& inventory) {
    ExpectBoth({"run", "daily", "--inventory", inventory, "--store", store});
  };
  run(Path("none.yaml"));
  run(Write("unknown.yaml", "targets:\n  - name: a\n    kind: postgras\n"));
  run(Write("several.yaml", "apiVersion: upkeep/v1\ntargets:\n  - name: A b\n    kind: http\n    uri: x\n  - kind: tls\n"));
  run(Write("torn.yaml", "targets: [\n"));
  run(Write("quote.yaml", "targets: \"a\n"));
  run(Write("binary.yaml", std::string("\0\0\1", 3)));
  run(Write("bytes.yaml", "targets: \xff\xfe\xfd\n"));
  run(folder_);
  ExpectBoth({"schedule", "check", Write("daily.yaml", "apiVersion: upkeep/v1\nschedules:\n  - id: a\n    cron: \"61 * * * *\"\n")});
  ExpectBoth({"schedule", "check", Write("zone.yaml", "schedules:\n  - id: a\n    zone: Asia/Soul\n    cron: \"@daily\"\n    playbooks: [x.y]\n")});
  ExpectBoth({"run", "kubernetes.nodes", "--kubeconfig", Write("kubeconfig", "clusters: [\n"), "--store", store});
  ExpectBoth({"report", "daily", "--store", Path("nowhere.db")});
}

TEST_F(KoreanCommandLineTest, BadPlaybooks) {
  const Said broken = TypeIn("ko", {"validate", Write("pack/shop/broken.lua", "return {\n  id = 'shop.broken',\n  title = 7,\n}\n")});
  EXPECT_EQ(65, broken.code);
  EXPECT_TRUE(Has(broken.err, "broken.lua:3:")) << broken.err;
  EXPECT_TRUE(Has(broken.err, "^")) << broken.err;
  EXPECT_TRUE(Has(broken.err, "힌트: ")) << broken.err;
  EXPECT_FALSE(HasEnglish(broken.err)) << broken.err;
  EXPECT_EQ("플레이북 0개 정상, 1개 오류\n", broken.out);
}

TEST_F(KoreanCommandLineTest, TheEnvironmentSaysTheLanguageToo) {
  setenv("UPKEEP_LANG", "ko", 1);
  EXPECT_TRUE(Has(Type({"rnu"}).err, "'rnu' 명령은 없습니다")) << Type({"rnu"}).err;
  EXPECT_TRUE(Has(Type({"rnu", "--lang=en"}).err, "there is no command 'rnu'"));
}

TEST_F(KoreanCommandLineTest, HelpOfEveryCommand) {
  for (const Command& command : Commands()) {
    std::istringstream in(command.name);
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    words.push_back("--help");
    std::string help = TypeIn("ko", words).out;
    // Examples are commands, and names of options stand beside their placeholders.
    help = help.substr(0, help.find("\n예:"));
    for (const std::string& line : Lines(help)) EXPECT_FALSE(HasEnglish(line)) << command.name << ": " << line;
    EXPECT_TRUE(Has(OnOneLine(help), InKorean(command.summary))) << help;
    EXPECT_NE(command.summary, InKorean(command.summary));
    EXPECT_TRUE(Has(help, "사용법: ")) << help;
    const std::vector<std::string> lines = Lines(help);
    EXPECT_EQ(0, std::count(lines.begin(), lines.end(), "Options:")) << help;
    EXPECT_EQ(1, std::count(lines.begin(), lines.end(), "옵션:")) << help;
  }
  const std::string all = Type({"--lang", "ko", "--help"}).out;
  EXPECT_TRUE(Has(TypeIn("ko", {"--help"}).out, "종료 코드")) << all;
}

TEST_F(KoreanCommandLineTest, DoctorAndTables) {
  const std::string inventory = Write("inventory.yaml",
                                      "apiVersion: upkeep/v1\ntargets:\n  - name: shop\n    kind: redis\n    host: 127.0.0.1\n"
                                      "    port: 9\n    tls: {mode: disable}\n");
  const Said doctor = TypeIn("ko", {"doctor", "--inventory", inventory, "--store", Path("s.db")});
  EXPECT_NE(0, doctor.code);
  for (const std::string& line : Lines(doctor.out)) EXPECT_FALSE(HasEnglish(line)) << line;
  EXPECT_TRUE(Has(doctor.out, "연결이 거부되었습니다")) << doctor.out;
  EXPECT_TRUE(Has(TypeIn("ko", {"list"}).out, "플레이북")) << TypeIn("ko", {"list"}).out;
}

}  // namespace
}  // namespace upkeep::cli
