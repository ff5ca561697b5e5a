// SPDX-License-Identifier: Apache-2.0
#include "base/document.h"

#include <gtest/gtest.h>

namespace upkeep {
namespace {

TEST(Document, GivesBackWhatWasPutIn) {
  const Value array = Value::parse(
      R"([{"a": [1, 2.5, null, true, {"": "empty key"}], "b": {}}, [], "text", -1, {"a": "text"}])");
  EXPECT_EQ(array, DocumentList::FromValue(array).ToValue());
}

TEST(Document, LargeUnsignedNumbersKeepTheirSize) {
  const Value array = Value::array({18446744073709551615U});
  EXPECT_EQ(18446744073709551615.0, DocumentList::FromValue(array).ToValue()[0].get<double>());
}

TEST(Document, EqualStringsAreKeptOnce) {
  DocumentBuilder builder;
  const std::string text(1000, 'x');
  for (int i = 0; i < 100; ++i) builder.String("", text);
  const auto page = builder.Finish();
  EXPECT_EQ(100U, page->size());
  EXPECT_LT(page->MemoryUsed(), 5000U);
  EXPECT_EQ(text, page->Text(page->node(page->Root(99))));
}

TEST(Document, AbandonForgetsTheUnfinishedDocumentAndItsStrings) {
  DocumentBuilder builder;
  builder.Add("", Value{{"a", "kept"}});
  builder.BeginObject("");
  builder.String("a", "lost");
  builder.BeginArray("b");
  builder.Abandon();
  builder.Add("", Value{{"a", "lost"}});
  const auto page = builder.Finish();
  EXPECT_EQ(Value::parse(R"([{"a": "kept"}, {"a": "lost"}])"), DocumentList({page}).ToValue());
}

TEST(Document, CopiesBetweenPages) {
  const Value array = Value::parse(R"([{"z": 1}, {"a": {"b": ["x", {"c": false}]}}])");
  const DocumentList list = DocumentList::FromValue(array);
  DocumentBuilder builder;
  builder.Copy("", *list.pages()[0], list.pages()[0]->Root(1));
  const auto page = builder.Finish();
  EXPECT_EQ(array[1], page->ToValue(page->Root(0)));
  EXPECT_EQ(DocumentPage::kMissing, page->Child(page->Root(0), "z"));
}

}  // namespace
}  // namespace upkeep
