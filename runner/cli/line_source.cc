// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/line_source.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace upkeep::cli {

LineRead DescriptorLines::Read(const char* prompt) {
  if (prompts_) {
    [[maybe_unused]] const ssize_t written = write(STDOUT_FILENO, prompt, std::strlen(prompt));
  }
  for (;;) {
    const std::size_t end = read_.find('\n');
    if (end != std::string::npos) {
      LineRead line{LineRead::How::kLine, read_.substr(0, end)};
      read_.erase(0, end + 1);
      if (line.text.ends_with('\r')) line.text.pop_back();
      return line;
    }
    if (read_.size() > kMostLineBytes) return {LineRead::How::kTooLong, ""};
    if (ended_) {
      if (read_.empty()) return {LineRead::How::kEnd, ""};
      LineRead line{LineRead::How::kLine, read_};
      read_.clear();
      return line;
    }
    pollfd waits[2] = {{descriptor_, POLLIN, 0}, {interrupts_.descriptor(), POLLIN, 0}};
    const int ready = poll(waits, 2, -1);
    if (interrupts_.interrupted() || interrupts_.terminated()) {
      read_.clear();
      return {LineRead::How::kInterrupted, ""};
    }
    if (ready < 0 && errno != EINTR) ended_ = true;
    if (ready <= 0 || waits[0].revents == 0) continue;
    char bytes[4096];
    const ssize_t count = read(descriptor_, bytes, sizeof bytes);
    if (count > 0) {
      read_.append(bytes, static_cast<std::size_t>(count));
    } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
      ended_ = true;
    }
  }
}

}  // namespace upkeep::cli
