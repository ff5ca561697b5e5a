// SPDX-License-Identifier: Apache-2.0
#include "runner/packs/folder.h"

#include "runner/packs/source.h"
#include "tests/runner/packs/fixture.h"

namespace upkeep::packs {
namespace {

using FolderTest = PacksTest;
using Names = std::vector<std::string>;

TEST_F(FolderTest, AGitCheckoutIsAPack) {
  Shell("cd shop && git init -q . && mkdir -p .github && echo x > .github/x.lua");
  std::vector<Status> errors;
  EXPECT_EQ((Names{"http/shop.lua", "pack.yaml"}), ListFolder(root_ + "/shop", errors));
  EXPECT_TRUE(errors.empty());
}

TEST_F(FolderTest, AMountedConfigMapIsAPack) {
  // As the kubelet lays it out: a hidden folder with a time, a link to it, and links to its files.
  Shell("mkdir -p map/..2026_11_26/http && cd map && ln -s ..2026_11_26 ..data && echo 'return {}' > ..data/http/shop.lua && "
        "echo 'return {}' > ..data/kubernetes.nodes.lua && ln -s ..data/http http && ln -s ..data/kubernetes.nodes.lua kubernetes.nodes.lua");
  std::vector<Status> errors;
  EXPECT_EQ((Names{"http/shop.lua", "kubernetes.nodes.lua"}), ListFolder(root_ + "/map", errors));
  EXPECT_TRUE(errors.empty());
  EXPECT_TRUE(FindFile(root_ + "/map", "http/shop.lua").ok());
  // The update of a ConfigMap swaps the link.
  Shell("cd map && cp -r ..2026_11_26 ..2026_11_27 && echo 'return {1}' > ..2026_11_27/http/shop.lua && ln -sfn ..2026_11_27 ..data");
  const auto source = Source::OfFolder(root_ + "/map");
  ASSERT_TRUE(source.ok());
  EXPECT_EQ("return {1}\n", source->Read("http/shop.lua", 100)->bytes);
}

TEST_F(FolderTest, LinksThatLeadOutAreRefused) {
  Shell("echo secret > secret.lua && ln -s ../../secret.lua shop/http/out.lua && ln -s / shop/root && ln -s . shop/circle && "
        "ln -s nowhere shop/dangling.lua && mkfifo shop/fifo.lua");
  std::vector<Status> errors;
  const Names names = ListFolder(root_ + "/shop", errors);
  EXPECT_EQ("http/shop.lua", names.front());
  std::string said;
  for (const Status& error : errors) said += error.Describe() + "\n";
  for (const char* part : {"out.lua leads out of the pack", "root leads out of the pack", "circle is a link to a folder that it lies in",
                           "dangling.lua", "fifo.lua is no file"}) {
    EXPECT_NE(std::string::npos, said.find(part)) << part << "\n" << said;
  }
  EXPECT_EQ(Code::kInvalid, FindFile(root_ + "/shop", "http/out.lua").status().code());
  for (const char* name : {"../secret.lua", "/etc/hostname", "http/../http/shop.lua", "", "http//shop.lua", ".git/x"}) {
    EXPECT_EQ(Code::kNotFound, FindFile(root_ + "/shop", name).status().code()) << name;
  }
  EXPECT_FALSE(OpenPack(root_ + "/shop").ok());
}

TEST_F(FolderTest, ABrokenManifestIsNotPassedOver) {
  Write("shop/pack.yaml", "id: [\n");
  EXPECT_EQ(Code::kInvalid, Source::OfFolder(root_ + "/shop").status().code());
  EXPECT_EQ(Code::kInvalid, Source::OfFolder(root_ + "/nowhere").status().code());
}

}  // namespace
}  // namespace upkeep::packs
