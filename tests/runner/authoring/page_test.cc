// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/page.h"

#include "tests/runner/run/pack.h"

namespace upkeep::authoring {
namespace {

class PageTest : public run::PackTest {
 protected:
  PageTest() {
    const std::string path = Write("test/it.lua", R"(return require "upkeep".playbook {
  format = 1, id = "test.it", cadence = "daily", owner = "team <a>", target = "kubernetes", covers = { "S4-D-01" },
  title = { en = "Nodes | <b>ready</b>", ko = "노드 상태" }, fix = { en = "Read *the* log.", ko = "로그를 확인하세요." },
  needs = { { "kubernetes:list:nodes", fields = { "metadata.name" } } },
  params = { most = { default = 80, min = 1, unit = "%", source = "house rule", doc = { en = "Most.", ko = "최대." } } },
  thresholds = { { metric = "used", unit = "%", warning = "most", source = "house rule" } },
  messages = { full = { en = "{n} is full", ko = "{n} 가득 참" } },
  check = function(run, params) end,
  remedies = { grow = { title = { en = "Grow it", ko = "확장" }, risk = "low", needs = { "kubernetes:patch:pods" }, plan = function() end } },
})");
    Result<run::Playbook> playbook = run::ReadPlaybook(pack_, path);
    EXPECT_TRUE(playbook.ok()) << playbook.status().Describe();
    playbook_ = *std::move(playbook);
    run::Case one;
    one.name = "it is full";
    one.expect = {{"results", Value::array({Value{{"subject", "Node/a`|b"}, {"state", "warning"},
                                                  {"summary", {{"en", "a is full"}, {"ko", "a 가득 참"}}}}})}};
    cases_ = {one};
  }

  static void ExpectAll(const std::string& text, const std::vector<std::string>& parts) {
    for (const std::string& part : parts) EXPECT_NE(std::string::npos, text.find(part)) << part << "\n" << text;
  }

  run::Playbook playbook_;
  std::vector<run::Case> cases_;
};

TEST_F(PageTest, TheHeadIsAllThere) {
  ExpectAll(AsMarkdown(PageOf(playbook_, cases_, "en")),
            {"# Nodes \\| \\<b\\>ready\\</b\\>\n", "| Id | `test.it` |", "## What to do\n\nRead \\*the\\* log.\n",
             "| `full` | \\{n\\} is full |", "| `most` | `80` | 1 …  | % | Most. | house rule |",
             "| `used` | % | `most = 80` |  | at or above | house rule |", "| `kubernetes:list:nodes` | `metadata.name` |  |",
             "| `grow` | Grow it | `low` | `kubernetes:patch:pods` |", "| it is full | `` Node/a`\\|b `` | `warning` | a is full |"});
  ExpectAll(AsMarkdown(PageOf(playbook_, cases_, "ko")),
            {"# 노드 상태\n", "## 조치\n", "로그를 확인하세요.", "| `full` | \\{n\\} 가득 참 |", "a 가득 참", "확장"});
}

TEST_F(PageTest, HtmlIsEscapedAndSaysItsLanguage) {
  const std::string english = AsHtml(PageOf(playbook_, cases_, "en"));
  ExpectAll(english, {"<html lang=\"en\">", "<h1>Nodes | &lt;b&gt;ready&lt;/b&gt;</h1>", "<td>team &lt;a&gt;</td>",
                      "<td><code>Node/a`|b</code></td>"});
  EXPECT_EQ(std::string::npos, english.find("<b>"));
  ExpectAll(AsHtml(PageOf(playbook_, cases_, "ko")), {"<html lang=\"ko\">", "<h2>임계값</h2>"});
}

TEST_F(PageTest, ThePagesHaveNoEmptyTables) {
  playbook_.head.remedies.clear();
  playbook_.head.thresholds.clear();
  const std::string text = AsMarkdown(PageOf(playbook_, {}, "en"));
  EXPECT_EQ(std::string::npos, text.find("Remedies"));
  EXPECT_EQ(std::string::npos, text.find("Thresholds"));
  EXPECT_EQ(std::string::npos, text.find("Tested on"));
}

TEST_F(PageTest, TheIndexLeadsToEach) {
  const Page page = IndexOf({playbook_}, "ko");
  ExpectAll(AsHtml(page), {"<a href=\"test.it.html\"><code>test.it</code></a>", "점검 목록"});
  ExpectAll(AsMarkdown(page), {"| [`test.it`](test.it.md) | 노드 상태 | `daily` |"});
}

}  // namespace
}  // namespace upkeep::authoring
