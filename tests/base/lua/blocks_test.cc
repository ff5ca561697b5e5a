// SPDX-License-Identifier: Apache-2.0
// What a block holds is its own, whatever is resized and given back around it, and what all of them
// hold stays under the bar.
#include "base/lua/blocks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <utility>
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
    Blocks blocks(std::size_t{64} << 20);
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
      if (step % 500 == 0) blocks.FreePages();
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
    EXPECT_EQ(0U, blocks.held());
    EXPECT_EQ(0U, blocks.largest());
  }
}

constexpr std::size_t kMost = std::size_t{1} << 20;

/// As many blocks of `size` as there is room for.
std::vector<void*> Fill(Blocks& blocks, std::size_t size) {
  std::vector<void*> all;
  while (void* const block = blocks.Resize(nullptr, 0, size)) {
    std::memset(block, 7, size);
    all.push_back(block);
    EXPECT_LE(blocks.held(), kMost);
  }
  return all;
}

TEST(BlocksTest, HoldsNoMoreThanItMay) {
  for (const std::size_t size : {8U, 40U, 256U, 257U, 5'000U, 400'000U}) {
    SCOPED_TRACE(size);
    Blocks blocks(kMost);
    const std::vector<void*> all = Fill(blocks, size);
    EXPECT_GE(all.size() * size * 3, kMost * 2);
    for (void* const block : all) blocks.Free(block, size);
    EXPECT_EQ(0U, blocks.held());
  }
}

TEST(BlocksTest, BothMayBeAFifthMoreWhileOneMovesIntoTheOther) {
  Blocks blocks(kMost);
  void* const block = blocks.Resize(nullptr, 0, 600'000);
  ASSERT_NE(nullptr, block);
  EXPECT_EQ(nullptr, blocks.Resize(block, 600'000, 700'000));
  EXPECT_EQ(600'000U, blocks.held());
  void* const smaller = blocks.Resize(block, 600'000, 300'000);
  ASSERT_NE(nullptr, smaller);
  void* const larger = blocks.Resize(smaller, 300'000, 700'000);
  ASSERT_NE(nullptr, larger);
  EXPECT_EQ(700'000U, blocks.held());
  blocks.Free(larger, 700'000);
}

TEST(BlocksTest, PagesThatHoldNothingGoBack) {
  Blocks blocks(kMost);
  const std::vector<void*> all = Fill(blocks, 48);
  // Under a sanitizer each block is malloc's: then there is nothing that a page could keep.
  const bool in_pages = blocks.held() == all.size() / 42 * 2048;
  EXPECT_TRUE(in_pages || blocks.held() == all.size() * 48);
  // One in each page stays: nothing can go back, and nothing larger fits.
  std::vector<void*> kept;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i % 40 == 0) {
      kept.push_back(all[i]);
    } else {
      blocks.Free(all[i], 48);
    }
  }
  EXPECT_FALSE(blocks.FreePages());
  void* const large = blocks.Resize(nullptr, 0, 100'000);
  EXPECT_EQ(in_pages, large == nullptr);
  blocks.Free(large, 100'000);
  // Now half of the pages are empty.
  for (std::size_t i = 0; i < kept.size() / 2; ++i) blocks.Free(kept[i], 48);
  kept.erase(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(kept.size() / 2));
  EXPECT_FALSE(blocks.FreePages()) << "too little was freed since it looked";
  for (int i = 0; i < 2'000; ++i) blocks.Free(blocks.Resize(nullptr, 0, 48), 48);
  EXPECT_EQ(in_pages, blocks.FreePages());
  if (in_pages) {
    EXPECT_NEAR(static_cast<double>(kMost) / 2, static_cast<double>(blocks.held()), 10'000);
  }
  const std::vector<void*> others = Fill(blocks, 100);
  EXPECT_GE(others.size(), 4'000U);
  for (void* const block : others) blocks.Free(block, 100);
  for (void* const block : kept) {
    for (int i = 0; i < 48; ++i) ASSERT_EQ(7, static_cast<unsigned char*>(block)[i]);
    blocks.Free(block, 48);
  }
  EXPECT_EQ(0U, blocks.held());
}

TEST(BlocksTest, WhatBecomesSmallerIsNeverRefused) {
  const std::vector<std::pair<std::size_t, std::size_t>> cases = {
      {256, 16}, {256, 248}, {257, 256}, {400, 200}, {9'000, 300}, {9'000, 20}};
  for (const auto& [size, less] : cases) {
    SCOPED_TRACE(size);
    Blocks blocks(kMost);
    std::vector<void*> all = Fill(blocks, size);
    for (void*& block : all) {
      block = blocks.Resize(block, size, less);
      ASSERT_NE(nullptr, block);
      ASSERT_LE(blocks.held(), kMost + kMost / 5);
    }
    for (void* const block : all) {
      for (std::size_t i = 0; i < less; ++i) ASSERT_EQ(7, static_cast<unsigned char*>(block)[i]);
      blocks.Free(block, less);
    }
    EXPECT_EQ(0U, blocks.held());
  }
}

TEST(BlocksTest, KnowsHowLargeTheLargestIs) {
  Blocks blocks(std::size_t{64} << 20);
  EXPECT_EQ(0U, blocks.largest());
  void* const small = blocks.Resize(nullptr, 0, 4'095);
  EXPECT_EQ(0U, blocks.largest());
  void* const page = blocks.Resize(nullptr, 0, 4'096);
  EXPECT_EQ(8'192U, blocks.largest());
  void* large = blocks.Resize(nullptr, 0, 1'000'000);
  EXPECT_EQ(std::size_t{1} << 20, blocks.largest());
  large = blocks.Resize(large, 1'000'000, std::size_t{16} << 20);
  EXPECT_EQ(std::size_t{32} << 20, blocks.largest());
  blocks.Free(large, std::size_t{16} << 20);
  EXPECT_EQ(8'192U, blocks.largest());
  blocks.Free(page, 4'096);
  EXPECT_EQ(0U, blocks.largest());
  blocks.Free(small, 4'095);
}

}  // namespace
}  // namespace upkeep::lua
