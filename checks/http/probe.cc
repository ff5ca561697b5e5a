// SPDX-License-Identifier: Apache-2.0
#include "checks/http/probe.h"

#include "checks/http/url.h"

namespace upkeep::http {
namespace {

constexpr std::size_t kMaxRedirects = 5;

io::TransferRequest RequestFor(const Endpoint& endpoint, const std::string& method,
                               const std::string& url, bool own_origin) {
  io::TransferRequest request;
  request.method = method;
  request.url = url;
  request.headers = {{"user-agent", "upkeep"}};
  request.max_response_bytes = endpoint.max_body_bytes;
  request.tls = endpoint.tls;
  if (own_origin) {
    request.user = endpoint.user;
    request.password = endpoint.password;
  } else {
    request.tls.server_name.clear();
    request.tls.certificate_pem.clear();
    request.tls.private_key_pem.clear();
  }
  return request;
}

/// Adds what earlier hops took to `response`'s own times.
void AddTimes(io::TransferResponse& response, const io::TransferResponse& earlier) {
  response.name_lookup += earlier.name_lookup;
  response.connect += earlier.connect;
  response.tls_handshake += earlier.tls_handshake;
  response.first_byte += earlier.first_byte;
  response.total += earlier.total;
}

}  // namespace

Task<Result<Answer>> Probe(io::Reactor& reactor, Endpoint endpoint, std::string method,
                           std::string url, Limits limits) {
  const Result<Url> origin = ParseUrl(endpoint.url);
  if (!origin.ok()) co_return origin.status();
  const Limits bounded = limits.Within(endpoint.time_limit);
  Answer answer;
  io::TransferResponse earlier;
  while (true) {
    const Result<Url> here = ParseUrl(url);
    if (!here.ok()) {
      co_return Status(Code::kError, origin->origin + ": it redirects to something that is not "
                                                      "an http(s) URL");
    }
    io::TransferRequest request =
        RequestFor(endpoint, method, url, SameOrigin(*here, *origin));
    Result<io::TransferResponse> response =
        co_await reactor.Transfer(std::move(request), bounded);
    if (!response.ok()) co_return response.status();
    AddTimes(*response, earlier);
    if (response->redirect_url.empty()) {
      answer.last = std::move(*response);
      answer.url = url;
      co_return std::move(answer);
    }
    if (answer.redirects.size() == kMaxRedirects) {
      co_return Status(Code::kError, origin->origin + ": more than 5 redirects");
    }
    answer.redirects.push_back({url, response->status, response->redirect_url});
    url = response->redirect_url;
    earlier = std::move(*response);
  }
}

}  // namespace upkeep::http
