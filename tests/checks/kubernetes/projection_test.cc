// SPDX-License-Identifier: Apache-2.0
#include "checks/kubernetes/projection.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace upkeep::kubernetes {
namespace {

// What the fast way keeps of `object`.
Value Extracted(const Projection& projection, const Value& object) {
  std::string text = object.dump();
  const std::size_t size = text.size();
  text.append(Extractor::kPadding, '\0');
  Extractor extractor(projection);
  DocumentBuilder builder;
  const Status added = extractor.Add(std::string_view(text).substr(0, size), builder);
  EXPECT_TRUE(added.ok()) << added.message();
  const auto page = builder.Finish();
  EXPECT_EQ(1U, page->size());
  return page->size() == 1 ? page->ToValue(page->Root(0)) : Value();
}

TEST(Projection, KeepsOnlyWhatWasDeclared) {
  const Value pod = Value::parse(R"({
    "metadata": {"name": "web", "labels": {"app": "web"}, "managedFields": [1]},
    "spec": {"containers": [{"name": "a", "image": "i", "env": []}, {"name": "b"}], "nodeName": "n"},
    "status": {"phase": "Running", "conditions": [{"type": "Ready"}]}})");
  const Projection projection({"metadata.name", "spec.containers.name", "status.conditions"});
  EXPECT_EQ(Value::parse(R"({
    "metadata": {"name": "web"},
    "spec": {"containers": [{"name": "a"}, {"name": "b"}]},
    "status": {"conditions": [{"type": "Ready"}]}})"),
            Extracted(projection, pod));
  EXPECT_TRUE(projection.Keeps("status.conditions.type"));
  EXPECT_FALSE(projection.Keeps("status"));
  EXPECT_FALSE(projection.Keeps("metadata.namespace"));
}

TEST(Projection, NoPathKeepsAllButManagedFields) {
  const Value pod = Value::parse(
      R"({"metadata": {"name": "web", "managedFields": [{"manager": "x"}]}, "spec": {"a": [1]}})");
  EXPECT_EQ(Value::parse(R"({"metadata": {"name": "web"}, "spec": {"a": [1]}})"),
            Extracted(Projection(), pod));
  const Projection named({"metadata.managedFields.manager"});
  EXPECT_EQ(Value::parse(R"({"metadata": {"managedFields": [{"manager": "x"}]}})"),
            Extracted(named, pod));
}

TEST(Projection, AWiderPathSwallowsANarrowerOne) {
  const Value object = Value::parse(R"({"a": {"b": {"c": 1, "d": 2}, "e": 3}})");
  const Value expected = Value::parse(R"({"a": {"b": {"c": 1, "d": 2}}})");
  EXPECT_EQ(expected, Extracted(Projection({"a.b", "a.b.c"}), object));
  EXPECT_EQ(expected, Extracted(Projection({"a.b.c", "a.b"}), object));
}

TEST(Projection, LargeNumbersAndEscapesComeThrough) {
  const Value object = Value::parse(
      R"({"a": 9223372036854775807, "b": -9223372036854775808, "c": 18446744073709551615,
          "d": 1.5e300, "e": "\u00e9\n\"\u0000\ud83d\ude00", "f": null, "": true})");
  Value expected = object;
  expected["c"] = 18446744073709551615.0;
  EXPECT_EQ(expected, Extracted(Projection(), object));
  EXPECT_EQ(Value::parse(R"({"g": 1e25})"),
            Extracted(Projection(), Value::parse(R"({"g": 10000000000000000000000000})")));
}

TEST(Projection, BrokenObjectsLeaveNothingBehind) {
  const Projection everything;
  Extractor extractor(everything);
  DocumentBuilder builder;
  for (const std::string_view broken :
       {R"({"a": tru})", R"({"a" 1})", R"({"a": "\q"})", "{\"a\": \"\xff\"}", R"({"a": 1,})"}) {
    std::string text(broken);
    text.append(Extractor::kPadding, ' ');
    const Status added = extractor.Add(std::string_view(text).substr(0, broken.size()), builder);
    EXPECT_EQ(Code::kError, added.code()) << broken;
    EXPECT_EQ(0U, builder.size()) << broken;
  }
}

// Random documents and random paths: the fast way must keep what the plain way keeps.
class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  int Below(int n) { return static_cast<int>(engine_() % static_cast<unsigned>(n)); }
  std::string Key() { return std::string(1, static_cast<char>('a' + Below(5))); }

  Value Any(int depth) {
    switch (Below(depth > 4 ? 5 : 8)) {
      case 0: return nullptr;
      case 1: return Below(2) == 0;
      case 2: return static_cast<std::int64_t>(engine_()) - 2'000'000'000;
      case 3: return std::ldexp(static_cast<double>(engine_()), Below(200) - 100);
      case 4: return Text();
      case 5: {
        Value array = Value::array();
        for (int i = Below(4); i > 0; --i) array.push_back(Any(depth + 1));
        return array;
      }
      default: return Object(depth + 1);
    }
  }
  Value Object(int depth) {
    Value object = Value::object();
    for (int i = Below(6); i > 0; --i) object[Key()] = Any(depth);
    return object;
  }
  std::string Text() {
    static const std::vector<std::string> kPieces = {"x", "\"", "\\", "\n", "\u00e9", "[", "}", "Ready"};
    std::string text;
    for (int i = Below(5); i > 0; --i) text += kPieces[static_cast<std::size_t>(Below(8))];
    return text;
  }
  std::vector<std::string> Paths() {
    std::vector<std::string> paths;
    for (int i = Below(5); i > 0; --i) {
      std::string path = Key();
      for (int more = Below(4); more > 0; --more) path += "." + Key();
      paths.push_back(path);
    }
    return paths;
  }

 private:
  std::mt19937 engine_;
};

TEST(Projection, AgreesWithThePlainWayOnRandomDocuments) {
  for (unsigned seed = 0; seed < 4000; ++seed) {
    Random random(seed);
    const Value object = random.Object(0);
    const Projection projection(random.Paths());
    ASSERT_EQ(projection.Of(object), Extracted(projection, object)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace upkeep::kubernetes
