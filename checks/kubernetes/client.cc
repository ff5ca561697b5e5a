// SPDX-License-Identifier: Apache-2.0
// Sending: identity, bounds, and what is tried again.
#include "checks/kubernetes/client.h"

#include <algorithm>
#include <utility>

namespace upkeep::kubernetes {
namespace {

using Milliseconds = std::chrono::milliseconds;

// Whether the same read may well work a moment later.
bool MayPass(Code code) {
  return code == Code::kUnreachable || code == Code::kTimeout || code == Code::kTruncated;
}

bool MayPass(int http_status) { return http_status >= 500; }

}  // namespace

KubernetesClient::KubernetesClient(io::Reactor& reactor, Access access, Redactor& redactor,
                                   ClientOptions options)
    : reactor_(reactor),
      credentials_(reactor, std::move(access), redactor),
      options_(options),
      gate_(options.at_once) {}

KubernetesClient::~KubernetesClient() = default;

Task<Result<io::TransferResponse>> KubernetesClient::SendOnce(const Request& request,
                                                              Limits limits) {
  Gate::Waiter enter(gate_);
  const Gate::Place place = co_await enter;
  const Limits one_try = limits.Within(options_.request_time);
  Result<Identity> identity = co_await credentials_.Current(one_try);
  if (!identity.ok()) co_return identity.status();

  io::TransferRequest transfer;
  transfer.method = request.method;
  transfer.url = access().server + request.path;
  transfer.headers = std::move(identity->headers);
  transfer.headers.emplace_back("Accept", "application/json");
  if (!request.content_type.empty()) {
    transfer.headers.emplace_back("Content-Type", request.content_type);
  }
  transfer.body = request.body;
  transfer.tls = access().tls;
  transfer.tls.certificate_pem = std::move(identity->certificate_pem);
  transfer.tls.private_key_pem = std::move(identity->private_key_pem);
  transfer.user = std::move(identity->user);
  transfer.password = std::move(identity->password);
  transfer.accept_compressed = !access().disable_compression;
  transfer.share_connection = true;  // One handshake for all lists.
  Status refused;
  if (request.on_data) {
    // Each object is bounded while it is read, and so is what is kept of all of them.
    transfer.max_response_bytes = std::size_t{64} << 30;
    transfer.on_data = [&request, &refused](std::string_view bytes) {
      refused = request.on_data(bytes);
      return refused.ok();
    };
  } else {
    transfer.max_response_bytes =
        request.max_bytes != 0 ? request.max_bytes : options_.max_object_bytes;
  }
  if (request.on_start) request.on_start();
  Result<io::TransferResponse> response = co_await reactor_.Transfer(std::move(transfer), one_try);
  if (!refused.ok()) co_return refused;
  co_return response;
}

Task<Result<io::TransferResponse>> KubernetesClient::Send(Request request, Limits limits) {
  const bool read = request.method == "GET" || request.repeatable;
  Milliseconds pause = options_.first_pause;
  bool renewed = false;
  for (int attempt = 1;; ++attempt) {
    Result<io::TransferResponse> response = co_await SendOnce(request, limits);
    if (response.ok() && response->status >= 200 && response->status < 300) co_return response;

    Status failed = response.ok()
                        ? ErrorOf(*response, request.asked)
                        : std::move(response.status()).Within(request.asked.ToString());
    if (response.ok() && response->status == 401 && !renewed && credentials_.Refuse()) {
      renewed = true;
      continue;
    }
    const bool busy = response.ok() && response->status == 429;
    const bool may_pass = response.ok() ? MayPass(response->status) : MayPass(failed.code());
    if (attempt >= options_.attempts || !(busy || (read && may_pass))) co_return failed;

    Milliseconds wait = pause;
    if (response.ok()) {
      if (const auto asked = RetryAfter(*response)) wait = std::max<Milliseconds>(*asked, pause);
    }
    const SteadyInstant when = std::chrono::steady_clock::now() + wait;
    if (wait > options_.longest_retry_after || when >= limits.deadline) co_return failed;
    if (Status slept = co_await reactor_.SleepUntil(when, limits); !slept.ok()) {
      // Cancelled is cancelled; a deadline that came first leaves the real reason standing.
      co_return slept.code() == Code::kCancelled ? slept : failed;
    }
    pause *= 2;
  }
}

Task<Result<Value>> KubernetesClient::SendForValue(Request request, Limits limits) {
  const std::string what = request.asked.ToString();
  Result<io::TransferResponse> response = co_await Send(std::move(request), limits);
  if (!response.ok()) co_return response.status();
  Result<Value> value = ParseJson(response->body);
  if (!value.ok()) {
    co_return Status(Code::kError, what + ": the answer is " + value.status().message());
  }
  if (value->is_object()) {
    if (const auto metadata = value->find("metadata"); metadata != value->end()) {
      if (metadata->is_object()) metadata->erase("managedFields");
    }
  }
  co_return std::move(*value);
}

}  // namespace upkeep::kubernetes
