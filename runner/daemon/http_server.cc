// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/http_server.h"

#include <unistd.h>

#include "runner/daemon/http_stream.h"
#include "runner/daemon/http_workers.h"

namespace upkeep::daemon {
namespace {

constexpr std::size_t kMostConnections = 32;
constexpr int kMostRequests = 20;   // Of one connection.
constexpr std::chrono::milliseconds kIdle = std::chrono::seconds(1), kWriting = std::chrono::seconds(30),
                                    kEndGrace = std::chrono::seconds(1);

}  // namespace

HttpServer::HttpServer() {
  new_task_queue = [this] { return new HttpWorkers(connections_, kMostConnections); };
}

void HttpServer::DeepenBacklog() {
  constexpr int kWaiting = 128;
  ::listen(svr_sock_, kWaiting);
}

void HttpServer::End() {
  stop();
  connections_.EndAll(kEndGrace);
}

bool HttpServer::process_and_close_socket(socket_t socket) {
  bool answered = false;
  {
    HttpStream stream(connections_, socket);
    for (int request = 1; request <= kMostRequests && !connections_.ending(); ++request) {
      if (request > 1 && !stream.HasRequest(kIdle)) break;
      stream.BeginRequest(request_deadline_, kWriting);
      bool closed = false;
      answered = process_request(stream, request == kMostRequests, closed, nullptr);
      if (!answered || closed) break;
    }
  }
  ::shutdown(socket, SHUT_RDWR);
  ::close(socket);
  return answered;
}

}  // namespace upkeep::daemon
