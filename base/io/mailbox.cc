// SPDX-License-Identifier: Apache-2.0
#include "base/io/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

namespace upkeep::io {

Result<std::shared_ptr<Mailbox>> Mailbox::Create() {
  const int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (fd < 0) {
    return Status(Code::kInternal, std::string("cannot make an eventfd: ") + std::strerror(errno));
  }
  return std::make_shared<Mailbox>(fd);
}

Mailbox::~Mailbox() { close(doorbell_); }

void Mailbox::Post(std::function<void()> function) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    letters_.push_back(std::move(function));
    if (letters_.size() > 1) return;  // Whoever posted the first one has rung.
  }
  Ring();
}

void Mailbox::Ring() {
  const std::uint64_t one = 1;
  // The only failure is a counter at its limit, and then the bell is ringing already.
  while (write(doorbell_, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

bool Mailbox::HasLetters() const {
  const std::lock_guard lock(mutex_);
  return !letters_.empty();
}

void Mailbox::Deliver() {
  std::vector<std::function<void()>> letters;
  {
    const std::lock_guard lock(mutex_);
    letters.swap(letters_);
    std::uint64_t count = 0;
    while (read(doorbell_, &count, sizeof count) < 0 && errno == EINTR) {
    }
  }
  for (std::function<void()>& letter : letters) letter();
}

void Mailbox::Close() {
  // Declared first, so destroyed after the lock is released: a letter's destructor may post.
  std::vector<std::function<void()>> letters;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  letters.swap(letters_);
}

}  // namespace upkeep::io
