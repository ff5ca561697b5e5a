// SPDX-License-Identifier: Apache-2.0
#include "checks/kubernetes/api_error.h"

#include <charconv>

#include "base/value.h"

namespace upkeep::kubernetes {
namespace {

// The server's own words, bounded: an answer that is no Status may be a proxy's whole page.
std::string MessageOf(const Value& status, const std::string& body) {
  constexpr std::size_t kMost = 500;
  std::string message = StringAt(status, "message");
  if (message.empty()) message = body.substr(0, kMost);
  if (message.size() > kMost) message.resize(kMost);
  while (!message.empty() && (message.back() == '\n' || message.back() == ' ')) message.pop_back();
  return message.empty() ? "no reason was given" : message;
}

// True when `status` speaks of an object of its name, not of the path.
bool NamesAnObject(const Value& status) {
  const auto details = status.is_object() ? status.find("details") : status.end();
  return StringAt(status, "reason") == "NotFound" && details != status.end() &&
         !StringAt(*details, "name").empty();
}

Status NotServed(const Asked& asked) {
  if (asked.resource.group.empty()) {
    return Status(Code::kNoData, "the API server does not serve " + asked.ToString());
  }
  return Status(Code::kNoData, "not installed: the API group \"" + asked.resource.group +
                                   "\" is not served with " + asked.resource.plural)
      .WithHint("install what serves it; only what the inventory expects must be there");
}

/// What the API server says about itself is open to every authenticated user, unless somebody took
/// that binding away.
Status RefusedDiscovery(const Asked& asked, const std::string& words) {
  checks::Need need;
  need.module = "kubernetes";
  need.verb = "get";
  need.object = asked.path.starts_with("/apis") ? "apis" : "version";
  return Refused(need, "", words)
      .WithHint("bind the ClusterRole system:discovery to the group system:authenticated, as Kubernetes does");
}

/// Whether it was a change of an object that was asked for, and not a question in a change's form.
bool Changes(const Asked& asked) {
  return asked.path.empty() && (asked.verb == "delete" || asked.verb == "patch" || asked.verb == "create" ||
                                asked.verb == "update");
}

}  // namespace

std::string Asked::ToString() const {
  std::string text = verb + " " + (resource.plural.empty() ? path : resource.Name());
  if (!name.empty()) text += " \"" + name + "\"";
  if (!space.empty()) text += " in namespace \"" + space + "\"";
  return text;
}

Status Refused(const checks::Need& need, const std::string& space, const std::string& words) {
  Status refused(Code::kNotPermitted,
                 "upkeep lacks the permission " + need.ToString() +
                     (space.empty() ? "" : " in namespace \"" + space + "\"") +
                     (words.empty() ? "" : " (" + words + ")"));
  const Result<std::optional<RbacRule>> rule = RuleOf(need);
  if (!rule.ok() || !*rule) return refused;
  return std::move(refused).WithHint(
      std::string("grant it with this rule in a ") +
      (space.empty() ? "ClusterRole" : "Role of namespace " + space) + ": " + (*rule)->ToString());
}

Status ErrorOf(const io::TransferResponse& response, const Asked& asked) {
  const Result<Value> parsed = ParseJson(response.body);
  const Value status = parsed.ok() ? *parsed : Value();
  const std::string message = MessageOf(status, response.body);
  const std::string what = asked.ToString() + ": ";
  checks::Need need;
  const std::string told = what + "HTTP " + std::to_string(response.status) + ": " + message;
  switch (response.status) {
    // A change that is refused like this was not made, which no other error of a change says.
    case 400:
    case 422:
      return Status(Changes(asked) ? Code::kInvalid : Code::kError, told);
    case 409:
      return Status(Changes(asked) ? Code::kStale : Code::kError, told);
    case 401:
      return Status(Code::kNotPermitted, what + "the API server does not accept the credentials")
          .WithHint("renew the token or certificate that the kubeconfig names");
    case 403:
      need.module = "kubernetes";
      need.verb = asked.verb;
      need.object = asked.resource.Name();
      if (asked.resource.plural.empty()) return RefusedDiscovery(asked, message);
      return Refused(need, asked.space, message);
    case 404:
      if (!asked.name.empty() && NamesAnObject(status)) {
        return Status(Code::kNotFound, what + "there is no such object");
      }
      return NotServed(asked);
    case 410:
      return Status(Code::kStale, what + "what was listed has expired: " + message);
    case 429:
      return Status(Code::kBusy, what + "the API server is busy: " + message);
    case 503:
      return Status(Code::kUnreachable, what + message);
    case 504:
      return Status(Code::kTimeout, what + message);
    default:
      return Status(Code::kError, told);
  }
}

std::optional<std::chrono::seconds> RetryAfter(const io::TransferResponse& response) {
  const std::string_view text = response.Header("retry-after");
  int seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds < 0) return std::nullopt;
  return std::chrono::seconds(seconds);
}

}  // namespace upkeep::kubernetes
