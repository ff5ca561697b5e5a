// SPDX-License-Identifier: Apache-2.0
//
// Archives: what upkeep writes it reads, what tar and git write it reads, and nothing that wants
// more room than a pack has, or a place outside of it.
#include "tests/runner/packs/fixture.h"

namespace upkeep::packs {
namespace {

class ArchiveTest : public PacksTest {
 protected:
  std::string Refused(const std::string& name) {
    const auto contents = ReadContents(root_ + "/" + name);
    EXPECT_FALSE(contents.ok()) << name;
    return contents.ok() ? "" : contents.status().Describe();
  }
  static bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
};

TEST_F(ArchiveTest, WhatIsWrittenIsReadAndTheSameBytesTomorrow) {
  Pack pack = Open();
  pack.contents["한글/점검.lua"] = std::string(100'000, '\0') + "\xff";
  const auto bytes = WriteArchive(pack.contents);
  ASSERT_TRUE(bytes.ok()) << bytes.status().Describe();
  EXPECT_EQ(*bytes, *WriteArchive(pack.contents));
  const auto again = ReadArchive(*bytes, "a");
  ASSERT_TRUE(again.ok()) << again.status().Describe();
  EXPECT_EQ(pack.contents, *again);
}

TEST_F(ArchiveTest, ReadsWhatOtherToolsWrite) {
  Shell("tar -C shop -czf plain.tgz . && tar -czf folder.tgz shop && tar -cf plain.tar -C shop pack.yaml http && "
        "cd shop && git init -q . && git add . && git -c user.name=a -c user.email=b commit -qm c && "
        "git archive --prefix=shop-1.4.0/ -o ../git.tar.gz HEAD");
  const Contents wanted = *ReadContents(root_ + "/shop");
  for (const char* name : {"plain.tgz", "folder.tgz", "plain.tar", "git.tar.gz"}) {
    const auto contents = ReadContents(root_ + "/" + name);
    ASSERT_TRUE(contents.ok()) << name << contents.status().Describe();
    EXPECT_EQ(wanted, *contents) << name;
  }
}

TEST_F(ArchiveTest, NothingLeadsOutOfThePack) {
  Shell("cd shop && touch ../out.lua && tar -cPzf ../dots.tgz pack.yaml ../out.lua && tar -cPzf ../absolute.tgz pack.yaml /etc/hostname && "
        "tar -cPzf ../middle.tgz pack.yaml http/../../out.lua && ln -s /etc/passwd link.lua && tar -czf ../link.tgz . && rm link.lua && "
        "ln http/shop.lua hard.lua && tar -czf ../hard.tgz . && rm hard.lua && mkfifo pipe && tar -czf ../pipe.tgz .");
  EXPECT_TRUE(Has(Refused("dots.tgz"), "'../out.lua', which leads out of the pack"));
  EXPECT_TRUE(Has(Refused("absolute.tgz"), "'/etc/hostname', which leads out of the pack"));
  EXPECT_TRUE(Has(Refused("middle.tgz"), "leads out of the pack"));
  EXPECT_TRUE(Has(Refused("link.tgz"), "'link.lua', which is a link or no file"));
  EXPECT_TRUE(Has(Refused("hard.tgz"), "which is a link or no file"));
  EXPECT_TRUE(Has(Refused("pipe.tgz"), "'pipe', which is a link or no file"));
}

TEST_F(ArchiveTest, BombsAreRefused) {
  Shell("truncate -s 65M shop/zeros && tar -czf bomb.tgz -C shop . && rm shop/zeros");
  EXPECT_TRUE(Has(Refused("bomb.tgz"), "unpacks to more than 64 MiB, at zeros"));
  EXPECT_LT(std::filesystem::file_size(root_ + "/bomb.tgz"), 200'000U);
  Shell("mkdir many && cd many && seq -f 'f%g.lua' 10010 | xargs touch && tar -czf ../many.tgz .");
  EXPECT_TRUE(Has(Refused("many.tgz"), "more than 10000 files"));
  Shell("tar -rf twice.tar -C shop pack.yaml && tar -rf twice.tar -C shop pack.yaml");
  EXPECT_TRUE(Has(Refused("twice.tar"), "'pack.yaml' twice"));
}

TEST_F(ArchiveTest, RubbishAndTornArchivesAreRefused) {
  const std::string whole = *WriteArchive(Open().contents);
  for (const std::string& bytes : {std::string("no archive"), whole.substr(0, whole.size() / 2), whole.substr(0, 20)}) {
    const auto contents = ReadArchive(bytes, "torn.tgz");
    ASSERT_FALSE(contents.ok());
    EXPECT_TRUE(Has(contents.status().message(), "torn.tgz is no readable archive")) << contents.status().message();
  }
  Shell("tar -C shop -cJf pack.tar.xz . && (cd shop && python3 -m zipfile -c ../pack.zip pack.yaml)");
  EXPECT_TRUE(Has(Refused("pack.tar.xz"), "is no readable archive"));
  EXPECT_TRUE(Has(Refused("pack.zip"), "is no readable archive"));
  EXPECT_FALSE(ReadContents(root_ + "/nowhere").ok());
}

}  // namespace
}  // namespace upkeep::packs
