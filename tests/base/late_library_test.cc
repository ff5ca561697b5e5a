// SPDX-License-Identifier: Apache-2.0
#include "base/late_library.h"

#include <gtest/gtest.h>

#include <cmath>

namespace upkeep {
namespace {

TEST(LateLibraryTest, IsLoadedAndItsFunctionsAreFound) {
  constexpr LateLibrary library("libm.so.6", "libc6");
  EXPECT_TRUE(library.Load().ok());
  EXPECT_TRUE(library.Load().ok()) << "twice";
  auto* const cosine = reinterpret_cast<double (*)(double)>(library.Find("cos"));
  EXPECT_EQ(1.0, cosine(0));
}

TEST(LateLibraryTest, OneThatIsNotThereNamesItsPackage) {
  constexpr LateLibrary library("libnowhere.so.1", "libnowhere1");
  const Status status = library.Load();
  EXPECT_EQ(Code::kInternal, status.code());
  EXPECT_NE(std::string::npos, status.message().find("libnowhere.so.1")) << status.Describe();
  EXPECT_NE(std::string::npos, status.Describe().find("install the package libnowhere1")) << status.Describe();
}

TEST(LateLibraryDeathTest, AFunctionThatIsMissingEndsTheProgram) {
  constexpr LateLibrary absent("libnowhere.so.1", "libnowhere1"), other("libm.so.6", "libc6");
  EXPECT_EXIT(absent.Find("cos"), testing::ExitedWithCode(70), "the library libnowhere.so.1 .package libnowhere1.");
  EXPECT_EXIT(other.Find("no_such_function"), testing::ExitedWithCode(70), "lacks no_such_function");
}

}  // namespace
}  // namespace upkeep
