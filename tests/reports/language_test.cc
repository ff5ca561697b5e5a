// SPDX-License-Identifier: Apache-2.0
//
// A Korean report has no English sentence in it, and an English one no Korean letter.
#include <gtest/gtest.h>

#include <cctype>
#include <regex>

#include "reports/render.h"
#include "tests/reports/full_model.h"

namespace upkeep::reports {
namespace {

/// What a reader sees of an HTML page: no style, no tags, no code, no recorded data.
std::string SeenText(std::string html) {
  for (const char* pattern : {"<style>[^]*?</style>", "<code>[^<]*</code>", "<pre>[^<]*</pre>"}) {
    html = std::regex_replace(html, std::regex(pattern), " | ");
  }
  return std::regex_replace(html, std::regex("<[^>]*>"), " | ");
}

/// The first run of three English words in a row, or "". A word is two or more ASCII letters (or
/// a lone "a"); what has a digit, dot, slash, dash or underscore in it is a name, not a word.
std::string EnglishSentence(const std::string& text) {
  static const std::regex sentence(R"((^|[^\w./:\-])([A-Za-z][a-z]+|a) ([A-Za-z]?[a-z]+|a) ([A-Za-z]?[a-z]+)(?![\w./:\-]))");
  std::smatch found;
  return std::regex_search(text, found, sentence) ? found.str() : "";
}

/// True when a Hangul syllable (U+AC00 to U+D7A3) is in `text`.
bool HasKorean(const std::string& text) {
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]), second = static_cast<unsigned char>(text[i + 1]);
    if ((first == 0xEA && second >= 0xB0) || first == 0xEB || first == 0xEC || (first == 0xED && second <= 0x9E)) {
      return true;
    }
  }
  return false;
}

std::string RenderedIn(std::string_view format, const ReportModel& model, const std::string& language) {
  RenderOptions options;
  options.language = language;
  Result<std::string> text = Render(format, model, options);
  EXPECT_TRUE(text.ok());
  return text.ok() ? *text : "";
}

TEST(Language, TheDetectorFindsASentence) {
  EXPECT_EQ("", EnglishSentence("파드 shop/Pod/app-1 (production) P2 mina"));
  EXPECT_NE("", EnglishSentence("상태: the pod is gone"));
  EXPECT_NE("", EnglishSentence(SeenText("<p>Every planned run</p>")));
  EXPECT_EQ("", EnglishSentence(SeenText("<code>SELECT one FROM there</code><td>a</td><td>bb</td><td>cc</td>")));
}

TEST(Language, NoEnglishSentenceInAKoreanReport) {
  for (const auto kind : {ReportKind::kRun, ReportKind::kDaily, ReportKind::kWeekly, ReportKind::kMonthly,
                          ReportKind::kQuarterly}) {
    ReportModel model = FullModel();
    model.kind = kind;
    for (const char* format : {"table", "wide", "md"}) {
      EXPECT_EQ("", EnglishSentence(RenderedIn(format, model, "ko"))) << format;
    }
    EXPECT_EQ("", EnglishSentence(SeenText(RenderedIn("html", model, "ko"))));
  }
}

TEST(Language, NorWhenNothingIsThereOrSlotsDoNotAddUp) {
  ReportModel empty;
  ReportModel wrong = FullModel();
  wrong.slots.due += 1;
  wrong.resolved[0].verified = false;
  for (const ReportModel* model : {&empty, &wrong}) {
    for (const char* format : {"table", "wide", "md"}) {
      EXPECT_EQ("", EnglishSentence(RenderedIn(format, *model, "ko"))) << format;
    }
    EXPECT_EQ("", EnglishSentence(SeenText(RenderedIn("html", *model, "ko"))));
  }
}

TEST(Language, TheDetectorWouldSeeTheModelsEnglish) {
  // So that the tests above can fail: the same model in English is full of sentences.
  EXPECT_NE("", EnglishSentence(SeenText(RenderedIn("html", FullModel(), "en"))));
  EXPECT_NE("", EnglishSentence(RenderedIn("table", FullModel(), "en")));
}

TEST(Language, NoKoreanOfOursInAnEnglishReport) {
  ReportModel model = FullModel();
  // These are what people wrote, shown as they are in either language.
  model.waived[0].waiver_reason = model.waivers[0].reason = model.waivers[1].reason = "to be replaced";
  model.actions[0].approval_reason = "outage";
  for (const char* format : {"table", "wide", "md", "html"}) {
    EXPECT_FALSE(HasKorean(RenderedIn(format, model, "en"))) << format;
    EXPECT_TRUE(HasKorean(RenderedIn(format, model, "ko"))) << format;
  }
}

}  // namespace
}  // namespace upkeep::reports
