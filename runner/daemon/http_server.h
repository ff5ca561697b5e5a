// SPDX-License-Identifier: Apache-2.0
//
// httplib's server with bounds of our own: its time-outs are for each read, so that a client which
// sends a byte now and then has a thread for ever, and its stop() waits for such a client.
//
// THREADS: as httplib::Server; End() from any thread.

#ifndef UPKEEP_RUNNER_DAEMON_HTTP_SERVER_H_
#define UPKEEP_RUNNER_DAEMON_HTTP_SERVER_H_

#include <httplib.h>

#include <chrono>

#include "runner/daemon/connections.h"

namespace upkeep::daemon {

class HttpServer : public httplib::Server {
 public:
  HttpServer();
  void set_request_deadline(std::chrono::milliseconds deadline) { request_deadline_ = deadline; }
  /// More than httplib's five may wait to be accepted: the sixth would come a second late. Once bound.
  void DeepenBacklog();
  /// stop(), and the end of what is open.
  void End();

 private:
  bool process_and_close_socket(socket_t socket) override;

  Connections connections_;
  std::chrono::milliseconds request_deadline_{};
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_HTTP_SERVER_H_
