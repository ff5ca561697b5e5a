// SPDX-License-Identifier: Apache-2.0
#include "checks/dns/module.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace upkeep::dns {
namespace {

class DnsModuleTest : public testing::Test {
 protected:
  DnsModuleTest() : reactor_(*io::Reactor::Create()) {
    module_ = MakeDnsModule(*reactor_, {.host = "localhost"});
  }
  Result<Value> Resolve(const Value& arguments) {
    const Limits limits = Limits().Within(std::chrono::seconds(20));
    auto answer = reactor_->RunUntilDone(module_->Call("resolve", arguments, limits));
    if (!answer.ok()) return answer.status();
    return answer->value;
  }

  std::unique_ptr<io::Reactor> reactor_;
  std::unique_ptr<checks::HostModule> module_;
};

TEST_F(DnsModuleTest, ResolvesTheTargetsHost) {
  const auto answer = Resolve(Value::array());
  ASSERT_TRUE(answer.ok()) << answer.status().message();
  EXPECT_EQ("localhost", (*answer)["name"]);
  const auto addresses = (*answer)["addresses"].get<std::vector<std::string>>();
  EXPECT_NE(addresses.end(), std::find(addresses.begin(), addresses.end(), "127.0.0.1"));
  EXPECT_GT((*answer)["milliseconds"].get<double>(), 0);
}

TEST_F(DnsModuleTest, ResolvesAnotherName) {
  const auto answer = Resolve(Value::array({"127.0.0.7"}));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(Value::array({"127.0.0.7"}), (*answer)["addresses"]);
}

TEST_F(DnsModuleTest, ANameThatDoesNotExist) {
  const auto answer = Resolve(Value::array({"no-such-name.invalid"}));
  EXPECT_EQ(Code::kUnreachable, answer.status().code());
  EXPECT_NE(std::string::npos, answer.status().message().find("'no-such-name.invalid'"));
}

TEST_F(DnsModuleTest, NamesItsNeedAndRefusesWrongCalls) {
  EXPECT_EQ("dns:resolve", module_->NeedOf("resolve", Value::array())->ToString());
  const Value wrong[] = {Value::array({1}), Value::array({""}), Value::array({"a", "b"})};
  for (const Value& arguments : wrong) {
    EXPECT_EQ(Code::kInvalid, module_->NeedOf("resolve", arguments).status().code());
  }
  EXPECT_EQ(Code::kInvalid, module_->NeedOf("lookup", Value::array()).status().code());
}

}  // namespace
}  // namespace upkeep::dns
