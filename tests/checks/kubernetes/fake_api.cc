// SPDX-License-Identifier: Apache-2.0
#include "tests/checks/kubernetes/fake_api.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace upkeep::kubernetes {
namespace {

bool SendAll(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

FakeApi::FakeApi(Handler handler) : handler_(std::move(handler)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  listen(listener_, 64);
  socklen_t size = sizeof(address);
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

FakeApi::~FakeApi() {
  stopping_ = true;
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  close(listener_);
  {
    const std::lock_guard lock(mutex_);
    for (const int connection : connections_) shutdown(connection, SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
  for (const int connection : connections_) close(connection);
}

std::vector<std::string> FakeApi::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void FakeApi::Accept() {
  while (!stopping_) {
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    // A head and a body are two packets: without this each answer waits for an acknowledgement.
    const int at_once = 1;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof(at_once));
    const std::lock_guard lock(mutex_);
    connections_.push_back(connection);
    threads_.emplace_back([this, connection] { Serve(connection); });
  }
}

bool FakeApi::ReadRequest(int connection, std::string& rest, FakeRequest& request) {
  std::array<char, 4096> piece{};
  const auto more = [&] {
    const ssize_t got = recv(connection, piece.data(), piece.size(), 0);
    if (got > 0) rest.append(piece.data(), static_cast<std::size_t>(got));
    return got > 0;
  };
  std::size_t end = 0;
  while ((end = rest.find("\r\n\r\n")) == std::string::npos) {
    if (!more()) return false;
  }
  const std::string head = rest.substr(0, end + 2);
  rest.erase(0, end + 4);
  const std::size_t first = head.find(' '), second = head.find(' ', first + 1);
  request.method = head.substr(0, first);
  request.target = head.substr(first + 1, second - first - 1);
  for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
    const std::size_t stop = head.find("\r\n", at), colon = head.find(':', at);
    std::string name = head.substr(at, colon - at);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    request.headers[name] = head.substr(colon + 2, stop - colon - 2);
    at = stop + 2;
  }
  const std::size_t length =
      request.headers.contains("content-length") ? std::stoul(request.headers["content-length"]) : 0;
  while (rest.size() < length) {
    if (!more()) return false;
  }
  request.body = rest.substr(0, length);
  rest.erase(0, length);
  return true;
}

void FakeApi::Serve(int connection) {
  std::string rest;
  FakeRequest request;
  while (!stopping_ && ReadRequest(connection, rest, request)) {
    const int at_once = ++now_;
    most_ = std::max(most_.load(), at_once);
    FakeReply reply;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request.method + " " + request.target);
      request.number = static_cast<int>(requests_.size());
      reply = handler_(request);
    }
    Answer(connection, reply);
    --now_;
    if (reply.cut_after != std::string::npos) {
      shutdown(connection, SHUT_RDWR);
      return;
    }
    request = {};
  }
}

void FakeApi::Answer(int connection, const FakeReply& reply) {
  std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " Status\r\n";
  for (const auto& [name, value] : reply.headers) text += name + ": " + value + "\r\n";
  text += "Content-Type: application/json\r\nContent-Length: " +
          std::to_string(reply.body.size()) + "\r\n\r\n";
  const auto until = std::chrono::steady_clock::now() + reply.delay;
  while (!stopping_ && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  if (!SendAll(connection, text)) return;
  const std::string_view body = std::string_view(reply.body).substr(0, reply.cut_after);
  if (reply.pause.count() == 0) {
    SendAll(connection, body);
    return;
  }
  for (std::size_t at = 0; at < body.size() && !stopping_; at += 64) {
    if (!SendAll(connection, body.substr(at, 64))) return;
    std::this_thread::sleep_for(reply.pause);
  }
}

}  // namespace upkeep::kubernetes
