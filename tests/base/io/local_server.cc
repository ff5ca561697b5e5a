// SPDX-License-Identifier: Apache-2.0
#include "tests/base/io/local_server.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>
#include <csignal>
#include <cstdlib>
#include <utility>

namespace upkeep::testing_io {

struct Peer::Tls {
  SSL_CTX* context = nullptr;
  SSL* ssl = nullptr;
  ~Tls() {
    SSL_free(ssl);
    SSL_CTX_free(context);
  }
};

Peer::Peer(int fd, std::function<bool(std::chrono::milliseconds)> pause)
    : fd_(fd), pause_(std::move(pause)) {}

Peer::~Peer() {
  if (tls_) SSL_shutdown(tls_->ssl);
}

bool Peer::StartTls(const Identity& identity) {
  tls_ = std::make_unique<Tls>();
  tls_->context = SSL_CTX_new(TLS_server_method());
  const auto bio = [](const std::string& pem) {
    return BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  };
  BIO* const certificates = bio(identity.certificate_pem);
  X509* const leaf = PEM_read_bio_X509(certificates, nullptr, nullptr, nullptr);
  SSL_CTX_use_certificate(tls_->context, leaf);
  X509_free(leaf);
  while (X509* const link = PEM_read_bio_X509(certificates, nullptr, nullptr, nullptr)) {
    SSL_CTX_add0_chain_cert(tls_->context, link);
  }
  ERR_clear_error();
  BIO_free(certificates);
  BIO* const keys = bio(identity.key_pem);
  EVP_PKEY* const key = PEM_read_bio_PrivateKey(keys, nullptr, nullptr, nullptr);
  SSL_CTX_use_PrivateKey(tls_->context, key);
  EVP_PKEY_free(key);
  BIO_free(keys);
  tls_->ssl = SSL_new(tls_->context);
  SSL_set_fd(tls_->ssl, fd_);
  if (SSL_accept(tls_->ssl) == 1) return true;
  ERR_clear_error();
  tls_.reset();
  return false;
}

bool Peer::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = tls_ ? SSL_write(tls_->ssl, bytes.data(), static_cast<int>(bytes.size()))
                              : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string Peer::Read() {
  if (!buffer_.empty()) return std::exchange(buffer_, "");
  char bytes[16384];
  const ssize_t count =
      tls_ ? SSL_read(tls_->ssl, bytes, sizeof bytes) : recv(fd_, bytes, sizeof bytes, 0);
  return count <= 0 ? std::string() : std::string(bytes, static_cast<std::size_t>(count));
}

bool Peer::ReadLine(std::string& line) {
  while (buffer_.find('\n') == std::string::npos) {
    std::string held = std::exchange(buffer_, "");
    const std::string more = Read();
    buffer_ = held + more;
    if (more.empty()) return false;
  }
  const std::size_t end = buffer_.find('\n');
  line = buffer_.substr(0, end);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  buffer_.erase(0, end + 1);
  return true;
}

bool Peer::ReadRequest(HttpRequest& request) {
  request = {};
  std::string line;
  if (!ReadLine(line)) return false;
  const std::size_t space = line.find(' ');
  request.method = line.substr(0, space);
  request.path = line.substr(space + 1, line.rfind(' ') - space - 1);
  while (ReadLine(line) && !line.empty()) {
    const std::size_t colon = line.find(':');
    std::string name = line.substr(0, colon);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const std::size_t start = line.find_first_not_of(' ', colon + 1);
    request.headers[name] = start == std::string::npos ? "" : line.substr(start);
  }
  const std::size_t length = static_cast<std::size_t>(
      std::strtoull(request.headers["content-length"].c_str(), nullptr, 10));
  while (request.body.size() < length) {
    const std::string more = Read();
    if (more.empty()) return false;
    request.body += more;
  }
  buffer_ = request.body.substr(length);
  request.body.resize(length);
  return true;
}

bool Peer::Answer(int status, std::string_view body, std::string_view headers) {
  return Send("HTTP/1.1 " + std::to_string(status) + " Some\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n" + std::string(headers) + "\r\n" +
              std::string(body));
}

void Peer::Reset() {
  const linger at_once{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

LocalServer::LocalServer(Handler handler) : handler_(std::move(handler)) {
  std::signal(SIGPIPE, SIG_IGN);
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      listen(listener_, 1024) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

LocalServer::~LocalServer() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    for (const int fd : fds_) shutdown(fd, SHUT_RDWR);
  }
  stopping_.notify_all();
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  close(listener_);
}

std::string LocalServer::Url(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

void LocalServer::Accept() {
  while (true) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex_);
    if (fd < 0 || stop_) {
      if (fd >= 0) close(fd);
      return;
    }
    fds_.push_back(fd);
    ++accepted_;
    ++open_;
    threads_.emplace_back([this, fd] { Serve(fd); });
  }
}

void LocalServer::Serve(int fd) {
  {
    Peer peer(fd, [this](std::chrono::milliseconds time) { return Pause(time); });
    handler_(peer);
  }
  const std::lock_guard lock(mutex_);
  fds_.remove(fd);
  close(fd);
  --open_;
}

bool LocalServer::Pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !stopping_.wait_for(lock, time, [this] { return stop_; });
}

LocalServer::Handler Http(std::function<bool(Peer&, const HttpRequest&)> answer) {
  return [answer = std::move(answer)](Peer& peer) {
    HttpRequest request;
    while (peer.ReadRequest(request) && answer(peer, request)) {
    }
  };
}

LocalServer::Handler Https(Identity identity,
                           std::function<bool(Peer&, const HttpRequest&)> answer) {
  return [identity = std::move(identity), serve = Http(std::move(answer))](Peer& peer) {
    if (peer.StartTls(identity)) serve(peer);
  };
}

int DeadPort() {
  // Bound but not listening while this process lives, so that nobody else can take it.
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), length) != 0) std::abort();
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.sin_port);
}

int OpenDescriptors() {
  DIR* const folder = opendir("/proc/self/fd");
  int count = 0;
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

void RaiseDescriptorLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace upkeep::testing_io
