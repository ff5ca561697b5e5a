// SPDX-License-Identifier: Apache-2.0
//
// What tests of real servers read: the environment that tests/servers/servers prints.

#ifndef UPKEEP_TESTS_CHECKS_ENVIRONMENT_H_
#define UPKEEP_TESTS_CHECKS_ENVIRONMENT_H_

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace upkeep::checks {

/// The variable UPKEEP_TEST_`name`; a missing one fails the test.
inline std::string Environment(const std::string& name) {
  const char* const value = std::getenv(("UPKEEP_TEST_" + name).c_str());
  EXPECT_NE(nullptr, value) << "UPKEEP_TEST_" << name << ": start the servers and read their env";
  return value == nullptr ? "" : value;
}

}  // namespace upkeep::checks

#endif  // UPKEEP_TESTS_CHECKS_ENVIRONMENT_H_
