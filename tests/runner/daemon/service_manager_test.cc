// SPDX-License-Identifier: Apache-2.0
// What a service manager hears, on a real datagram socket.
#include "runner/daemon/service_manager.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>

namespace upkeep::daemon {
namespace {

class ServiceManagerTest : public testing::Test {
 protected:
  ServiceManagerTest() {
    std::string name = (std::filesystem::temp_directory_path() / "upkeep-notify-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
  }
  ~ServiceManagerTest() override {
    if (fd_ >= 0) close(fd_);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    std::filesystem::remove_all(folder_);
  }
  /// Binds what a manager would, and names it in the environment; "@..." is abstract.
  void Listen(const std::string& name) {
    fd_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    socklen_t length = sizeof address;
    if (name[0] == '@') {
      address.sun_path[0] = '\0';
      length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    }
    ASSERT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), length), 0) << std::strerror(errno);
    setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  /// The next message; "" when there is none.
  std::string Heard() {
    char buffer[512];
    const ssize_t length = recv(fd_, buffer, sizeof buffer, 0);
    return length > 0 ? std::string(buffer, static_cast<std::size_t>(length)) : "";
  }

  std::string folder_;
  int fd_ = -1;
};

TEST_F(ServiceManagerTest, SaysReadyReloadingAndStopping) {
  Listen(folder_ + "/notify");
  ServiceManager manager = ServiceManager::FromEnvironment();
  EXPECT_TRUE(manager.listens());
  manager.Ready("4 schedules,\n0 runs in flight");
  EXPECT_EQ(Heard(), "READY=1\nSTATUS=4 schedules, 0 runs in flight\n");
  manager.Reloading();
  const std::string reloading = Heard();
  EXPECT_TRUE(reloading.starts_with("RELOADING=1\nMONOTONIC_USEC=")) << reloading;
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  EXPECT_NEAR(std::stod(reloading.substr(reloading.rfind('=') + 1)) / 1e6,
              static_cast<double>(now.tv_sec), 5);
  manager.Stopping(std::chrono::milliseconds(45'000));
  EXPECT_EQ(Heard(), "STOPPING=1\nEXTEND_TIMEOUT_USEC=45000000\n");
}

TEST_F(ServiceManagerTest, AnAbstractSocketWorksAsWell) {
  Listen("@upkeep-notify-test-" + std::to_string(getpid()));
  ServiceManager manager = ServiceManager::FromEnvironment();
  manager.Ready("fine");
  EXPECT_EQ(Heard(), "READY=1\nSTATUS=fine\n");
}

TEST_F(ServiceManagerTest, TheWatchdogHearsOfTurnsAndOfNothingElse) {
  Listen(folder_ + "/notify");
  setenv("WATCHDOG_USEC", "30000000", 1);
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  ServiceManager manager = ServiceManager::FromEnvironment();
  ASSERT_TRUE(manager.watchdog());
  EXPECT_EQ(*manager.watchdog(), std::chrono::seconds(15));
  EXPECT_EQ(Heard(), "");
  manager.Alive();
  EXPECT_EQ(Heard(), "WATCHDOG=1\n");
  manager.Alive();   // Turns come in thousands; the manager is not told of each.
  EXPECT_EQ(Heard(), "");
}

TEST_F(ServiceManagerTest, AnotherProcessesWatchdogIsNone) {
  Listen(folder_ + "/notify");
  setenv("WATCHDOG_USEC", "30000000", 1);
  setenv("WATCHDOG_PID", "1", 1);
  ServiceManager manager = ServiceManager::FromEnvironment();
  EXPECT_FALSE(manager.watchdog());
  manager.Alive();
  EXPECT_EQ(Heard(), "");
}

TEST_F(ServiceManagerTest, WithoutAManagerNothingHappens) {
  unsetenv("NOTIFY_SOCKET");
  EXPECT_FALSE(ServiceManager::FromEnvironment().listens());
  for (const std::string& odd : {std::string("relative/path"), std::string("@"), std::string(200, '/')}) {
    setenv("NOTIFY_SOCKET", odd.c_str(), 1);
    ServiceManager manager = ServiceManager::FromEnvironment();
    EXPECT_FALSE(manager.listens()) << odd;
    manager.Ready("nobody hears this");
  }
}

}  // namespace
}  // namespace upkeep::daemon
