// SPDX-License-Identifier: Apache-2.0
#include "checks/redis/info.h"

#include <gtest/gtest.h>

namespace upkeep::redis {
namespace {

TEST(InfoTest, SectionsNumbersAndPairs) {
  EXPECT_EQ((Value{{"server", {{"redis_version", "7.0.15"}, {"run_id", "123"}, {"uptime_in_seconds", 9}}},
                   {"memory", {{"mem_fragmentation_ratio", 1.25}, {"maxmemory_policy", "noeviction"}}},
                   {"replication", {{"slave0", {{"ip", "127.0.0.1"}, {"state", "online"}, {"lag", 0}}}, {"master_host", ""}}},
                   {"keyspace", {{"db0", {{"keys", 3}, {"expires", 0}}}}}}),
            ParseInfo("# Server\r\nredis_version:7.0.15\r\nrun_id:123\r\nuptime_in_seconds:9\r\n\r\n# Memory\r\n"
                      "mem_fragmentation_ratio:1.25\r\nmaxmemory_policy:noeviction\r\n\r\n# Replication\r\n"
                      "slave0:ip=127.0.0.1,state=online,lag=0\r\nmaster_host:\r\n# Keyspace\r\ndb0:keys=3,expires=0\r\n"));
  EXPECT_EQ(Value::object(), ParseInfo(""));
  EXPECT_EQ((Value{{"server", {{"a", "=1"}}}}), ParseInfo("a:=1\nno colon\n"));
}

}  // namespace
}  // namespace upkeep::redis
