// SPDX-License-Identifier: Apache-2.0
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "base/io/certificate.h"
#include "base/io/stream.h"

namespace upkeep::io {
namespace {

using Addresses = std::vector<std::string>;

Status ExplainResolver(const std::string& host, int code, int system_error) {
  switch (code) {
    case EAI_NONAME:
    case EAI_NODATA:
    case EAI_ADDRFAMILY:
      return Status(Code::kUnreachable, "the name '" + host + "' does not resolve: no such name");
    case EAI_AGAIN:
      return Status(Code::kUnreachable,
                    "the name '" + host + "' does not resolve: no name server answered");
    case EAI_SYSTEM:
      return Status(Code::kUnreachable, "the name '" + host + "' does not resolve: " +
                                            std::strerror(system_error));
    default:
      return Status(Code::kUnreachable,
                    "the name '" + host + "' does not resolve: " + gai_strerror(code));
  }
}

/// Blocks for as long as the system's resolver does.
Result<Addresses> ResolveBlocking(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (code != 0) return ExplainResolver(host, code, errno);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list(found, &freeaddrinfo);
  Addresses addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    char text[NI_MAXHOST] = "";
    if (getnameinfo(entry->ai_addr, entry->ai_addrlen, text, sizeof text, nullptr, 0,
                    NI_NUMERICHOST) != 0) {
      continue;
    }
    if (std::find(addresses.begin(), addresses.end(), text) == addresses.end()) {
      addresses.emplace_back(text);
    }
  }
  if (addresses.empty()) return ExplainResolver(host, EAI_NODATA, 0);
  return addresses;
}

}  // namespace

Task<Result<std::vector<std::string>>> Resolve(Reactor& reactor, std::string host,
                                               Limits limits) {
  if (host.empty() || host.size() > 253 || host.find('\0') != std::string::npos) {
    co_return Status(Code::kInvalid, "not a host name");
  }
  if (IsAddress(host)) co_return Addresses{host};
  // The pool's thread gets a copy: it may outlive this task.
  auto blocking = [host] { return ResolveBlocking(host); };
  Result<Result<Addresses>> resolved = co_await reactor.Offload(std::move(blocking), limits);
  if (!resolved.ok()) {
    co_return resolved.status().code() == Code::kTimeout
        ? Status(Code::kTimeout, "the deadline passed while resolving the name '" + host + "'")
        : resolved.status();
  }
  co_return std::move(*resolved);
}

}  // namespace upkeep::io
