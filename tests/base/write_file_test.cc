// SPDX-License-Identifier: Apache-2.0
// What a person names as the place for a report stays what it is.
#include "base/write_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

namespace upkeep {
namespace {

namespace fs = std::filesystem;

class WriteFileTest : public testing::Test {
 protected:
  WriteFileTest() {
    char name[] = "/tmp/upkeep-write-XXXXXX";
    folder_ = mkdtemp(name);
  }
  ~WriteFileTest() override { fs::remove_all(folder_); }

  std::string In(const std::string& name) const { return folder_ / name; }
  static std::string Read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::size_t Entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  fs::path folder_;
};

TEST_F(WriteFileTest, ANewTextTakesTheOldOnesPlace) {
  EXPECT_TRUE(WriteWholeFile(In("report"), "first, and longer").ok());
  EXPECT_TRUE(WriteWholeFile(In("report"), "second").ok());
  EXPECT_EQ("second", Read(In("report")));
  EXPECT_EQ(1U, Entries()) << "nothing else is left";
}

TEST_F(WriteFileTest, WhatOnlyItsOwnerMayReadStaysSo) {
  ASSERT_TRUE(WriteWholeFile(In("report"), "first").ok());
  ASSERT_EQ(0, chmod(In("report").c_str(), 0600));
  EXPECT_TRUE(WriteWholeFile(In("report"), "second").ok());
  struct stat after {};
  ASSERT_EQ(0, stat(In("report").c_str(), &after));
  EXPECT_EQ(0600U, after.st_mode & 07777U);
}

TEST_F(WriteFileTest, ALinkStaysAndLeadsToTheNewText) {
  ASSERT_TRUE(WriteWholeFile(In("november"), "old").ok());
  fs::create_symlink("november", In("latest"));
  EXPECT_TRUE(WriteWholeFile(In("latest"), "new").ok());
  EXPECT_TRUE(fs::is_symlink(In("latest")));
  EXPECT_EQ("new", Read(In("november")));

  fs::create_symlink("december", In("next"));
  EXPECT_TRUE(WriteWholeFile(In("next"), "not yet there").ok());
  EXPECT_TRUE(fs::is_symlink(In("next")));
  EXPECT_EQ("not yet there", Read(In("december")));
}

TEST_F(WriteFileTest, AFifoStaysAndItsReaderGetsTheText) {
  ASSERT_EQ(0, mkfifo(In("fifo").c_str(), 0600));
  std::string got;
  std::thread reader([&] { got = Read(In("fifo")); });
  const std::string text(300'000, 'x');
  EXPECT_TRUE(WriteWholeFile(In("fifo"), text).ok());
  reader.join();
  EXPECT_EQ(text, got);
  EXPECT_TRUE(fs::is_fifo(In("fifo")));
}

// Links to the machine's own, which must not be put at risk by a test: the folder's own entry would be replaced.
TEST_F(WriteFileTest, ADeviceStaysADevice) {
  fs::create_symlink("/dev/null", In("nothing"));
  EXPECT_TRUE(WriteWholeFile(In("nothing"), "text").ok());
  EXPECT_TRUE(fs::is_symlink(In("nothing")));
  EXPECT_TRUE(fs::is_character_file(In("nothing")));
  if (mknod(In("null").c_str(), S_IFCHR | 0600, makedev(1, 3)) == 0) {   // As root alone.
    EXPECT_TRUE(fs::is_character_file(In("null")));
    (void)WriteWholeFile(In("null"), "text");   // A filesystem without devices refuses.
    EXPECT_TRUE(fs::is_character_file(In("null")));
  }
}

TEST_F(WriteFileTest, AFullDeviceIsAnErrorWithItsCause) {
  fs::create_symlink("/dev/full", In("full"));
  const Status status = WriteWholeFile(In("full"), "text");
  EXPECT_EQ(Code::kOutput, status.code());
  EXPECT_NE(std::string::npos, status.message().find("No space left on device")) << status.message();
  EXPECT_FALSE(status.hint().empty());
}

TEST_F(WriteFileTest, AFolderIsNoFile) {
  EXPECT_EQ(Code::kOutput, WriteWholeFile(folder_, "text").code());
  EXPECT_EQ(Code::kOutput, WriteWholeFile(In("missing/report"), "text").code());
  EXPECT_EQ(0U, Entries());
}

}  // namespace
}  // namespace upkeep
