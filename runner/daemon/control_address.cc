// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/control_address.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>

namespace upkeep::daemon {

ControlAddress::ControlAddress(const std::string& path) {
  address_.sun_family = AF_UNIX;
  std::string name = path;
  if (name.size() >= sizeof address_.sun_path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return;
    folder_ = open(path.substr(0, slash).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder_ < 0) return;
    name = "/proc/self/fd/" + std::to_string(folder_) + path.substr(slash);
    if (name.size() >= sizeof address_.sun_path) return;
  }
  std::memcpy(address_.sun_path, name.data(), name.size());
  ok_ = !name.empty();
}

ControlAddress::~ControlAddress() {
  if (folder_ >= 0) close(folder_);
}

}  // namespace upkeep::daemon
