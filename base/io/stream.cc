// SPDX-License-Identifier: Apache-2.0
#include "base/io/stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

#include "base/io/certificate.h"
#include "base/io/connect.h"
#include "base/io/tls_context.h"

namespace upkeep::io {
namespace {

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

int Bounded(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, INT_MAX)); }

}  // namespace

struct Stream::Impl {
  enum class Wants { kRead, kWrite, kNothing };

  /// What OpenSSL asks for after `result`; kNothing is a failure or the end.
  Wants Ask(int result) {
    last_error = SSL_get_error(ssl.get(), result);
    if (last_error == SSL_ERROR_WANT_READ) return Wants::kRead;
    if (last_error == SSL_ERROR_WANT_WRITE) return Wants::kWrite;
    return Wants::kNothing;
  }

  Task<Status> WaitFor(Wants wants, Limits limits) {
    return wants == Wants::kRead ? reactor.WaitReadable(fd.get(), std::move(limits))
                                 : reactor.WaitWritable(fd.get(), std::move(limits));
  }

  /// `what` went wrong with the peer; the wait's own Status keeps its code.
  Status Explain(Status status, std::string_view what) const {
    return std::move(status).Within(peer + ": " + std::string(what));
  }
  Status Lost(std::string_view what, const std::string& cause) const {
    return Status(Code::kUnreachable, peer + ": " + std::string(what) + ": " + cause);
  }

  Status PrepareTls(const TlsOptions& options, const std::string& host);
  void JudgePeer(const std::string& name, bool check_name);
  Task<Result<std::string>> ReadTls(std::size_t at_most, Limits limits);
  Task<Result<std::string>> ReadClear(std::size_t at_most, Limits limits);
  Task<Status> WriteTls(std::string bytes, Limits limits);
  Task<Status> WriteClear(std::string bytes, Limits limits);
  std::string SocketCause() const {
    return last_errno == 0 ? "the connection was closed" : std::strerror(last_errno);
  }

  Reactor& reactor;
  OwnedFd fd;
  std::string address;
  std::string peer;  // "host:port", for messages.
  TlsContext context{};
  std::unique_ptr<SSL, FreeSsl> ssl{};
  bool secured = false;
  int last_error = SSL_ERROR_NONE;
  int last_errno = 0;
  std::string verify_error{};
  bool name_matches = false;
};

Stream::Stream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Stream::~Stream() {
  // Says goodbye if that can be done without waiting; the peer need not answer.
  if (impl_->secured && impl_->last_error == SSL_ERROR_NONE) {
    ERR_clear_error();
    SSL_shutdown(impl_->ssl.get());
  }
  ERR_clear_error();
}

Task<Result<std::unique_ptr<Stream>>> Stream::Connect(Reactor& reactor, std::string host, int port,
                                                      Limits limits) {
  if (port < 1 || port > 65535) co_return Status(Code::kInvalid, "a port is 1 to 65535");
  const std::string peer = host + ":" + std::to_string(port);
  auto addresses = co_await Resolve(reactor, host, limits);
  if (!addresses.ok()) co_return addresses.status().Within(peer);
  auto connected = co_await ConnectToAny(reactor, std::move(*addresses), port, limits);
  if (!connected.ok()) {
    const Status status = connected.status();
    co_return status.code() == Code::kTimeout
        ? Status(Code::kTimeout, peer + ": the deadline passed while connecting")
        // A refused connection names the address already; that of a name is worth the name as well.
        : status.message().starts_with(peer + ": ") ? status : Status(status).Within(peer);
  }
  auto impl = std::unique_ptr<Impl>(
      new Impl{reactor, std::move(connected->fd), std::move(connected->address), peer});
  co_return std::unique_ptr<Stream>(new Stream(std::move(impl)));
}

Status Stream::Impl::PrepareTls(const TlsOptions& options, const std::string& name) {
  Result<TlsContext> made = MakeTlsContext(options);
  if (!made.ok()) return made.status().Within(peer);
  context = std::move(*made);
  ssl.reset(SSL_new(context.get()));
  if (!ssl || SSL_set_fd(ssl.get(), fd.get()) != 1) {
    return Status(Code::kInternal, "OpenSSL: " + TakeTlsError("no connection object"));
  }
  SSL_set_connect_state(ssl.get());
  const bool is_address = IsAddress(name);
  if (!is_address) SSL_set_tlsext_host_name(ssl.get(), name.c_str());
  // Unverified connections are for looking at what is served: OpenSSL would stop at a wrong name
  // and not say that the certificate has expired as well, so JudgePeer() compares the name.
  if (!options.verify || !options.check_name) return Status::Ok();
  X509_VERIFY_PARAM* const verify = SSL_get0_param(ssl.get());
  const int set = is_address ? X509_VERIFY_PARAM_set1_ip_asc(verify, name.c_str())
                             : X509_VERIFY_PARAM_set1_host(verify, name.data(), name.size());
  if (set != 1) return Status(Code::kInternal, "OpenSSL: " + TakeTlsError("no name to verify"));
  return Status::Ok();
}

void Stream::Impl::JudgePeer(const std::string& name, bool check_name) {
  const long found = SSL_get_verify_result(ssl.get());
  if (found != X509_V_OK) verify_error = X509_verify_cert_error_string(found);
  X509* const leaf = SSL_get0_peer_certificate(ssl.get());
  name_matches = leaf != nullptr && CertificateIsFor(leaf, name);
  if (check_name && leaf != nullptr && !name_matches && verify_error.empty()) {
    verify_error = "the certificate is not for '" + name + "'";
  }
}

Task<Status> Stream::StartTls(TlsOptions options, std::string host, Limits limits) {
  Impl& impl = *impl_;
  if (impl.ssl) co_return Status(Code::kInternal, impl.peer + ": TLS has been started already");
  const std::string name = options.server_name.empty() ? host : options.server_name;
  Status prepared = impl.PrepareTls(options, name);
  if (!prepared.ok()) co_return prepared;
  while (true) {
    ERR_clear_error();
    errno = 0;
    const int result = SSL_do_handshake(impl.ssl.get());
    impl.last_errno = errno;
    if (result == 1) break;
    const Impl::Wants wants = impl.Ask(result);
    if (wants == Impl::Wants::kNothing) {
      impl.JudgePeer(name, options.check_name);
      const bool judged = !impl.verify_error.empty();
      const std::string cause = TakeTlsError(impl.SocketCause().c_str());
      co_return impl.Lost("TLS failed", judged ? impl.verify_error : cause);
    }
    Status waited = co_await impl.WaitFor(wants, limits);
    if (!waited.ok()) co_return impl.Explain(std::move(waited), "TLS handshake");
  }
  impl.secured = true;
  impl.last_error = SSL_ERROR_NONE;
  impl.JudgePeer(name, options.check_name);
  co_return Status::Ok();
}

Task<Status> Stream::Impl::WriteClear(std::string bytes, Limits limits) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count = send(fd.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count >= 0) {
      sent += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      Status waited = co_await WaitFor(Wants::kWrite, limits);
      if (!waited.ok()) co_return Explain(std::move(waited), "writing");
    } else if (errno != EINTR) {
      co_return Lost("writing failed", std::strerror(errno));
    }
  }
  co_return Status::Ok();
}

Task<Status> Stream::Impl::WriteTls(std::string bytes, Limits limits) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    ERR_clear_error();
    errno = 0;
    const int count = SSL_write(ssl.get(), bytes.data() + sent, Bounded(bytes.size() - sent));
    last_errno = errno;
    if (count > 0) {
      sent += static_cast<std::size_t>(count);
      continue;
    }
    const Wants wants = Ask(count);
    if (wants == Wants::kNothing) {
      co_return Lost("writing failed", TakeTlsError(SocketCause().c_str()));
    }
    Status waited = co_await WaitFor(wants, limits);
    if (!waited.ok()) co_return Explain(std::move(waited), "writing");
  }
  last_error = SSL_ERROR_NONE;
  co_return Status::Ok();
}

Task<Result<std::string>> Stream::Impl::ReadClear(std::size_t at_most, Limits limits) {
  std::string bytes(at_most, '\0');
  while (true) {
    const ssize_t count = recv(fd.get(), bytes.data(), bytes.size(), 0);
    if (count >= 0) {
      bytes.resize(static_cast<std::size_t>(count));
      co_return bytes;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      Status waited = co_await WaitFor(Wants::kRead, limits);
      if (!waited.ok()) co_return Explain(std::move(waited), "waiting for its answer");
    } else if (errno != EINTR) {
      co_return Lost("reading failed", std::strerror(errno));
    }
  }
}

Task<Result<std::string>> Stream::Impl::ReadTls(std::size_t at_most, Limits limits) {
  std::string bytes(at_most, '\0');
  while (true) {
    ERR_clear_error();
    errno = 0;
    const int count = SSL_read(ssl.get(), bytes.data(), Bounded(bytes.size()));
    last_errno = errno;
    if (count > 0) {
      last_error = SSL_ERROR_NONE;
      bytes.resize(static_cast<std::size_t>(count));
      co_return bytes;
    }
    const Wants wants = Ask(count);
    if (wants == Wants::kNothing) {
      if (last_error == SSL_ERROR_ZERO_RETURN) co_return std::string();
      if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        ERR_clear_error();
        co_return Status(Code::kTruncated, peer + ": the connection was cut off");
      }
      co_return Lost("reading failed", TakeTlsError(SocketCause().c_str()));
    }
    Status waited = co_await WaitFor(wants, limits);
    if (!waited.ok()) co_return Explain(std::move(waited), "waiting for its answer");
  }
}

Task<Status> Stream::Write(std::string bytes, Limits limits) {
  return impl_->secured ? impl_->WriteTls(std::move(bytes), std::move(limits))
                        : impl_->WriteClear(std::move(bytes), std::move(limits));
}

Task<Result<std::string>> Stream::Read(std::size_t at_most, Limits limits) {
  const std::size_t bounded = std::max<std::size_t>(1, at_most);
  return impl_->secured ? impl_->ReadTls(bounded, std::move(limits))
                        : impl_->ReadClear(bounded, std::move(limits));
}

std::vector<PeerCertificate> Stream::PeerChain() const {
  std::vector<PeerCertificate> chain;
  if (!impl_->ssl) return chain;
  STACK_OF(X509)* const certificates = SSL_get_peer_cert_chain(impl_->ssl.get());
  for (int i = 0; certificates != nullptr && i < sk_X509_num(certificates); ++i) {
    chain.push_back(ReadCertificate(sk_X509_value(certificates, i)));
  }
  return chain;
}

const std::string& Stream::verify_error() const { return impl_->verify_error; }
bool Stream::name_matches() const { return impl_->name_matches; }
std::string Stream::tls_version() const {
  return impl_->secured ? SSL_get_version(impl_->ssl.get()) : "";
}
const std::string& Stream::address() const { return impl_->address; }

}  // namespace upkeep::io
