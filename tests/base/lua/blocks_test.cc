// SPDX-License-Identifier: Apache-2.0
// What a block holds is its own, whatever is resized and given back around it.
#include "base/lua/blocks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

namespace upkeep::lua {
namespace {

struct Held {
  unsigned char* bytes = nullptr;
  std::size_t size = 0;
  unsigned char mark = 0;

  bool IsWhole() const {
    for (std::size_t i = 0; i < size; ++i) {
      if (bytes[i] != mark) return false;
    }
    return true;
  }
};

TEST(BlocksTest, EachKeepsWhatItHolds) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    Blocks blocks;
    std::vector<Held> all;
    // Of strings and tables mostly, as Lua asks for them; now and then of a large one.
    const auto size = [&] { return random() % 8 == 0 ? 1 + random() % 4000 : 1 + random() % 100; };
    for (int step = 0; step < 5'000; ++step) {
      if (all.empty() || random() % 3 == 0) all.emplace_back();
      Held& one = all[random() % all.size()];
      ASSERT_TRUE(one.IsWhole());
      const bool ends = one.bytes != nullptr && random() % 3 == 0;
      if (ends) {
        blocks.Free(one.bytes, one.size);
        one = all.back();
        all.pop_back();
        continue;
      }
      const std::size_t wanted = size(), kept = std::min(one.size, wanted);
      one.bytes = static_cast<unsigned char*>(blocks.Resize(one.bytes, one.size, wanted));
      ASSERT_NE(nullptr, one.bytes);
      ASSERT_EQ(0U, reinterpret_cast<std::uintptr_t>(one.bytes) % 8);
      for (std::size_t i = 0; i < kept; ++i) ASSERT_EQ(one.mark, one.bytes[i]);
      one.size = wanted;
      one.mark = static_cast<unsigned char>(random());
      std::memset(one.bytes, one.mark, one.size);
    }
    for (const Held& one : all) {
      ASSERT_TRUE(one.IsWhole());
      blocks.Free(one.bytes, one.size);
    }
  }
}

}  // namespace
}  // namespace upkeep::lua
