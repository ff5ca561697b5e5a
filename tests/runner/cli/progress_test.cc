// SPDX-License-Identifier: Apache-2.0
//
// The live line of a run: what it says, and that a terminal of 80 columns shows it whole.
#include "runner/cli/progress.h"

#include <gtest/gtest.h>

#include <sstream>

#include "base/text.h"

namespace upkeep::cli {
namespace {

/// What is drawn when the target `name` is looked at by `id`.
std::string Drawn(const std::string& id, const std::string& name, bool live = true) {
  run::Playbook playbook;
  playbook.head.id = id;
  checks::Target target;
  target.name = name;
  run::Pair pair;
  pair.playbook = &playbook;
  pair.target = &target;
  std::ostringstream err;
  ProgressDisplay display(err, live, 3, "ko");
  display.progress().started(pair);
  return err.str();
}

std::string Repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(ProgressDisplay, SaysWhatRuns) {
  const std::string line = Drawn("kubernetes.nodes", "prod");
  EXPECT_NE(std::string::npos, line.find("[0/3]")) << line;
  EXPECT_NE(std::string::npos, line.find("실행 중: kubernetes.nodes (prod)")) << line;
  EXPECT_EQ("", Drawn("kubernetes.nodes", "prod", false));
}

TEST(ProgressDisplay, ALongLineEndsWithAWholeCharacterInsideTheWindow) {
  // Whatever stands before them, one of these lengths cuts a character of three bytes in each place.
  for (int shift = 0; shift < 4; ++shift) {
    const std::string line = Drawn(std::string(static_cast<std::size_t>(shift) + 1, 'x'), Repeated("한글", 60));
    EXPECT_EQ(std::string::npos, PrintableText(line).find("\xEF\xBF\xBD")) << line;
    const std::string shown = line.substr(line.find("[0/3]"));
    std::size_t columns = 0;
    for (const char c : shown) {
      const auto byte = static_cast<unsigned char>(c);
      if ((byte & 0xC0U) != 0x80U) columns += byte < 0x80U ? 1 : 2;
    }
    EXPECT_LE(columns, 78U) << shown;
    EXPECT_GE(columns, 77U) << shown;
  }
}

TEST(ProgressDisplay, TimeGoesOnWhileNothingIsHeard) {
  auto reactor = io::Reactor::Create();
  ASSERT_TRUE(reactor.ok());
  std::ostringstream err;
  ProgressDisplay display(err, true, 3, "en");
  CancelSource stop;
  (*reactor)->Spawn(display.KeepDrawing(**reactor, stop.token()));
  for (int i = 0; i < 200 && err.str().find("[0/3] 1s") == std::string::npos; ++i) {
    (*reactor)->RunOnce(std::chrono::milliseconds(50));
  }
  EXPECT_NE(std::string::npos, err.str().find("[0/3] 1s")) << err.str();
  stop.Cancel();
  for (int i = 0; i < 20 && (*reactor)->pending() > 0; ++i) (*reactor)->RunOnce(std::chrono::milliseconds(10));
  EXPECT_EQ(0, (*reactor)->pending());
  // Where nothing is drawn, nothing is waited for.
  ProgressDisplay silent(err, false, 3, "en");
  (*reactor)->Spawn(silent.KeepDrawing(**reactor, CancelToken()));
  EXPECT_EQ(0, (*reactor)->pending());
}

}  // namespace
}  // namespace upkeep::cli
