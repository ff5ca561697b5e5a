// SPDX-License-Identifier: Apache-2.0
#include "checks/kubernetes/list_decoder.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace upkeep::kubernetes {
namespace {

constexpr std::string_view kList = R"({"kind": "PodList", "apiVersion": "v1",
  "metadata": {"resourceVersion": "42", "continue": "next", "items": [1]},
  "items": [
    {"metadata": {"name": "a", "odd": "]},{\"\\"}},
    {"metadata": {"name": "b", "tags": ["x", {"y": []}]}}
  ]})";

Result<ListPage> Decode(ListDecoder& decoder, std::string_view body, std::size_t piece) {
  for (std::size_t at = 0; at < body.size(); at += piece) {
    // A copy of exact size, so that a sanitizer sees reads past the end.
    const std::string bytes(body.substr(at, piece));
    if (Status fed = decoder.Feed(bytes); !fed.ok()) return fed;
  }
  return decoder.Finish();
}

TEST(ListDecoder, GivesTheSameWhateverThePieces) {
  const Projection everything;
  ListDecoder decoder(everything);
  const Value expected = Value::parse(kList)["items"];
  for (std::size_t piece = 1; piece <= kList.size(); ++piece) {
    Result<ListPage> page = Decode(decoder, kList, piece);
    ASSERT_TRUE(page.ok()) << piece << ": " << page.status().message();
    EXPECT_EQ("42", page->resource_version);
    EXPECT_EQ("next", page->continue_token);
    EXPECT_EQ(kList.size(), page->bytes);
    EXPECT_EQ(expected, DocumentList({page->documents}).ToValue());
  }
}

// Names of fields in managedFields are quoted JSON; where an object ends hangs on each backslash.
TEST(ListDecoder, BackslashesEscapeWhereverTheyFall) {
  const Projection everything;
  ListDecoder decoder(everything);
  for (std::size_t blanks = 0; blanks < 64; ++blanks) {
    Value items = Value::array();
    for (std::size_t count = 0; count < 6; ++count) {
      const std::string run(count, '\\');
      items.push_back({{std::string(blanks, ' ') + run, run + "\"}" + run}, {"b" + run, "{" + run}});
    }
    const std::string list = Value{{"items", items}}.dump();
    for (const std::size_t piece : {list.size(), std::size_t{61}}) {
      Result<ListPage> page = Decode(decoder, list, piece);
      ASSERT_TRUE(page.ok()) << blanks << ": " << page.status().message();
      EXPECT_EQ(items, DocumentList({page->documents}).ToValue()) << list;
    }
  }
}

TEST(ListDecoder, EveryCutIsTruncated) {
  const Projection everything;
  ListDecoder decoder(everything);
  for (std::size_t size = 0; size < kList.size(); ++size) {
    const Result<ListPage> page = Decode(decoder, kList.substr(0, size), 64);
    ASSERT_EQ(Code::kTruncated, page.status().code()) << size;
  }
}

TEST(ListDecoder, ItemsMayComeBeforeMetadataAsWithCustomResources) {
  const Projection everything;
  ListDecoder decoder(everything);
  Result<ListPage> page = Decode(
      decoder, R"({"apiVersion":"v1","items":[{"a":1}],"kind":"L","metadata":{"continue":"c"}})", 7);
  ASSERT_TRUE(page.ok());
  EXPECT_EQ("c", page->continue_token);
  EXPECT_EQ(1U, page->documents->size());
}

TEST(ListDecoder, EmptyAndNullItemsAreEmptyLists) {
  const Projection everything;
  ListDecoder decoder(everything);
  for (const std::string_view body : {R"({"items":[]})", R"({"items":null,"metadata":{}})", R"({"items": [ ] })"}) {
    Result<ListPage> page = Decode(decoder, body, 5);
    ASSERT_TRUE(page.ok()) << body << page.status().message();
    EXPECT_EQ(0U, page->documents->size());
  }
}

TEST(ListDecoder, WhatIsNoListIsAnError) {
  const Projection everything;
  ListDecoder decoder(everything);
  for (const std::string_view body :
       {"<html>", "[]", "{}", R"({"kind":"Pod"})", R"({"items":{}})", R"({"items":[1]})",
        R"({"items":[{} {}]})", R"({"items":[{},]})", R"({"items":[]}x)", R"({"items":[{"a":tru}]})",
        R"({"items":[], "x" "y"})", "\"items\""}) {
    decoder.Reset();
    EXPECT_EQ(Code::kError, Decode(decoder, body, 3).status().code()) << body;
  }
}

TEST(ListDecoder, HugeObjectsAndHostileNestingAreBounded) {
  const Projection everything;
  ListDecoder decoder(everything);
  std::string huge = R"({"items":[{"a":")" + std::string(ListDecoder::kMaxObjectBytes, 'x');
  EXPECT_EQ(Code::kTruncated, Decode(decoder, huge, 1 << 16).status().code());
  decoder.Reset();
  const std::string deep = R"({"items":[{"a":)" + std::string(100'000, '[');
  EXPECT_EQ(Code::kError, Decode(decoder, deep, 1 << 16).status().code());
  decoder.Reset();
  const std::string envelope = R"({"a":")" + std::string(ListDecoder::kMaxEnvelopeBytes, 'x');
  EXPECT_EQ(Code::kError, Decode(decoder, envelope, 1 << 16).status().code());
}

}  // namespace
}  // namespace upkeep::kubernetes
