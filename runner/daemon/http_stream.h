// SPDX-License-Identifier: Apache-2.0
//
// One connection as httplib reads and writes it, with a deadline for all of a request and one for
// all of its answer.
//
// THREADS: of the thread that serves the connection.

#ifndef UPKEEP_RUNNER_DAEMON_HTTP_STREAM_H_
#define UPKEEP_RUNNER_DAEMON_HTTP_STREAM_H_

#include <httplib.h>

#include <array>
#include <chrono>
#include <string>

#include "runner/daemon/connections.h"

namespace upkeep::daemon {

class HttpStream : public httplib::Stream {
 public:
  HttpStream(Connections& all, socket_t socket);

  /// A request has come, or at least its first byte, within `patience`.
  bool HasRequest(std::chrono::milliseconds patience);
  void BeginRequest(std::chrono::milliseconds reading, std::chrono::milliseconds writing);

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* to, size_t size) override;
  ssize_t write(const char* from, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return socket_; }

 private:
  using Time = std::chrono::steady_clock::time_point;

  bool Fill(Time deadline);

  mutable Connections::Open open_;
  const socket_t socket_;
  std::array<char, 4096> buffer_;
  std::size_t begin_ = 0, end_ = 0;
  Time read_by_;
  Time write_by_{};
  std::chrono::milliseconds writing_{};
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_HTTP_STREAM_H_
