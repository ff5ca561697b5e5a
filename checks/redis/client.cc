// SPDX-License-Identifier: Apache-2.0
#include "checks/redis/client.h"

#include <utility>

#include "checks/redis/errors.h"

namespace upkeep::redis {
namespace {

constexpr std::size_t kPiece = std::size_t{64} << 10;

}  // namespace

Task<Result<std::unique_ptr<Client>>> Client::Connect(io::Reactor& reactor, Login login, Limits limits) {
  const std::string peer = login.host + ":" + std::to_string(login.port);
  Result<std::unique_ptr<io::Stream>> stream =
      co_await io::Stream::Connect(reactor, login.host, login.port, limits);
  if (!stream.ok()) co_return stream.status();
  if (login.use_tls) {
    Status secured = co_await (*stream)->StartTls(login.tls, login.host, limits);
    if (!secured.ok()) co_return secured;
  }
  std::unique_ptr<Client> client(new Client(std::move(*stream), login.user, peer));
  if (!login.password.empty()) {
    std::vector<std::string> words = {"AUTH"};
    if (!login.user.empty()) words.push_back(login.user);
    words.push_back(login.password);
    Result<Reply> reply = co_await client->Ask(std::move(words), limits);
    if (!reply.ok()) co_return reply.status();
    if (!reply->error.empty()) co_return StatusOf(reply->error, "AUTH", login.user, peer);
  }
  // Whoever looks at CLIENT LIST shall see who this is; an ACL that forbids it does no harm.
  std::vector<std::string> naming = {"CLIENT", "SETNAME", "upkeep"};
  Result<Reply> named = co_await client->Ask(std::move(naming), limits);
  if (!named.ok()) co_return named.status();
  if (named->error.starts_with("NOAUTH") || named->error.starts_with("DENIED") ||
      named->error.find("max number of clients") != std::string::npos) {
    co_return StatusOf(named->error, "AUTH", login.user, peer);
  }
  co_return client;
}

Task<Result<Reply>> Client::Ask(std::vector<std::string> words, Limits limits) {
  if (!usable_) co_return Status(Code::kUnreachable, peer_ + ": the connection is gone");
  usable_ = false;  // Until the reply is here, whatever ends the wait.
  Status written = co_await stream_->Write(Encode(words), limits);
  if (!written.ok()) co_return written;
  for (;;) {
    Result<std::optional<Reply>> reply = reader_.Next();
    if (!reply.ok()) co_return Status(reply.status()).Within(peer_);
    if (reply->has_value()) {
      usable_ = true;
      co_return std::move(**reply);
    }
    Result<std::string> piece = co_await stream_->Read(kPiece, limits);
    if (!piece.ok()) co_return piece.status();
    if (piece->empty()) co_return Status(Code::kTruncated, peer_ + ": the connection was closed before the reply's end");
    Status fed = reader_.Feed(*piece);
    if (!fed.ok()) co_return std::move(fed).Within(peer_);
  }
}

Task<Result<Value>> Client::Command(CommandLine line, Limits limits) {
  Result<Reply> reply = co_await Ask(line.words, limits);
  if (!reply.ok()) co_return reply.status();
  if (!reply->error.empty()) co_return StatusOf(reply->error, line.name, user_, peer_);
  co_return WithoutPasswords(line.name, std::move(reply->value));
}

}  // namespace upkeep::redis
