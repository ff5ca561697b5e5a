// SPDX-License-Identifier: Apache-2.0
//
// A server inside the test process, on 127.0.0.1 and a port of its own, that behaves as badly as
// a test asks: slow, cut off, too large, redirecting. Real sockets and real TLS; only the
// manners are made up. One thread a connection.

#ifndef UPKEEP_TESTS_BASE_IO_LOCAL_SERVER_H_
#define UPKEEP_TESTS_BASE_IO_LOCAL_SERVER_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace upkeep::testing_io {

/// A certificate with its key, as PEM.
struct Identity {
  std::string certificate_pem, key_pem;
};

struct CertificateWish {
  std::string common_name = "localhost";
  std::string alternative_names = "DNS:localhost,IP:127.0.0.1";  ///< OpenSSL's notation; may be empty.
  std::chrono::hours starts{-24};  ///< From now.
  std::chrono::hours ends{24 * 30};
  bool authority = false;
};

/// Signed by `issuer`, or by itself.
Identity MakeCertificate(const CertificateWish& wish, const Identity* issuer = nullptr);

struct HttpRequest {
  std::string method, path, body;
  std::map<std::string, std::string> headers;  ///< Names in lower case.
};

/// One accepted connection, on its own thread.
class Peer {
 public:
  Peer(int fd, std::function<bool(std::chrono::milliseconds)> pause);
  ~Peer();
  /// Does the server's side of a TLS handshake; false when the client went away.
  bool StartTls(const Identity& identity);

  bool Send(std::string_view bytes);
  /// At least one byte; "" at the end.
  std::string Read();
  /// Up to and without the next line feed and the carriage return before it; false at the end.
  bool ReadLine(std::string& line);
  bool ReadRequest(HttpRequest& request);
  /// A whole HTTP/1.1 answer with Content-Length.
  bool Answer(int status, std::string_view body, std::string_view headers = "");
  /// Sleeps; false when the server is being stopped.
  bool Pause(std::chrono::milliseconds time) { return pause_(time); }
  /// Drops the connection with a reset instead of an orderly end.
  void Reset();
  int fd() const { return fd_; }

 private:
  struct Tls;
  int fd_;
  std::string buffer_;
  std::function<bool(std::chrono::milliseconds)> pause_;
  std::unique_ptr<Tls> tls_;
};

class LocalServer {
 public:
  using Handler = std::function<void(Peer&)>;

  /// Calls `handler` for each connection, on threads of their own.
  explicit LocalServer(Handler handler);
  ~LocalServer();
  LocalServer(const LocalServer&) = delete;
  LocalServer& operator=(const LocalServer&) = delete;

  int port() const { return port_; }
  std::string Url(std::string_view path) const;
  int accepted() const { return accepted_; }
  /// Connections whose handler has not returned.
  int open() const { return open_; }

 private:
  void Accept();
  void Serve(int fd);
  bool Pause(std::chrono::milliseconds time);

  const Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> accepted_{0};
  std::atomic<int> open_{0};
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool stop_ = false;
  std::list<int> fds_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

/// A handler that serves HTTP/1.1 with keep-alive: `answer` sends what it likes for each
/// request, and returns false to hang up.
LocalServer::Handler Http(std::function<bool(Peer&, const HttpRequest&)> answer);
/// The same over TLS.
LocalServer::Handler Https(Identity identity,
                           std::function<bool(Peer&, const HttpRequest&)> answer);

/// A port of 127.0.0.1 where nobody listens.
int DeadPort();
/// Open descriptors of this process.
int OpenDescriptors();
/// Lets this process open as many descriptors as the hard limit allows.
void RaiseDescriptorLimit();

}  // namespace upkeep::testing_io

#endif  // UPKEEP_TESTS_BASE_IO_LOCAL_SERVER_H_
