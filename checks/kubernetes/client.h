// SPDX-License-Identifier: Apache-2.0
//
// The client of one API server under one identity: lists read while they arrive, single
// objects, and changes. Connections are kept alive by the reactor.
//
// Every wait ends by its Limits. Reads are tried again (at most `attempts` times, and only while
// the deadline allows) after no connection, time-out, cut-off answers and 5xx; 429 is obeyed
// for reads and changes alike; other changes are never repeated. A list whose continue token
// has expired (410) begins again, at most `restarts` times. A list is whole or an error.
//
// Errors: those of api_error.h, and kTruncated for answers cut off or over their bound.
//
// THREADS: as the reactor that it was made with.

#ifndef UPKEEP_CHECKS_KUBERNETES_CLIENT_H_
#define UPKEEP_CHECKS_KUBERNETES_CLIENT_H_

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/document.h"
#include "base/io/reactor.h"
#include "base/task.h"
#include "base/text.h"
#include "base/value.h"
#include "checks/kubernetes/access.h"
#include "checks/kubernetes/api_error.h"
#include "checks/kubernetes/credentials.h"
#include "checks/kubernetes/projection.h"
#include "checks/kubernetes/resource.h"

namespace upkeep::kubernetes {

struct ClientOptions {
  int page_size = 500;
  int attempts = 4;
  int restarts = 3;
  int at_once = 8;                                       ///< Requests in flight.
  std::chrono::milliseconds request_time{30'000};        ///< For one try of one request.
  std::chrono::milliseconds longest_retry_after{30'000}; ///< A longer Retry-After ends the wait.
  std::chrono::milliseconds first_pause{200};            ///< Before the second try; then doubled.
  std::size_t max_object_bytes = std::size_t{16} << 20;  ///< Of an answer that is no list.
  std::size_t max_list_bytes = std::size_t{512} << 20;   ///< Of what is kept of one list.
};

struct ListQuery {
  std::string resource;              ///< "pods", "backups.velero.io"
  std::string space{};               ///< Empty: all namespaces.
  std::string label_selector{}, field_selector{};
  std::vector<std::string> fields{}; ///< Paths to keep; empty: all but managedFields.
};

struct ObjectList {
  std::shared_ptr<const DocumentList> documents;
  std::string resource_version;
  std::size_t bytes = 0;             ///< That were downloaded for it.
  int pages = 0;
};

struct LogQuery {
  std::string container;             ///< Empty: the pod's only one.
  bool previous = false, timestamps = false;
  std::int64_t tail_lines = 0;       ///< 0: all.
  std::int64_t since_seconds = 0;    ///< 0: from the beginning.
  std::int64_t limit_bytes = 1 << 20;
};

/// Conditions and manner of a change.
struct WriteOptions {
  std::string uid, resource_version; ///< The object must still be this one; empty: any.
  bool dry_run = false;              ///< The server checks and answers, and changes nothing.
  std::string patch_type = "merge";  ///< merge, strategic or json.
  std::optional<std::int64_t> grace_seconds;             ///< Of a deletion.
  std::string propagation;           ///< Of a deletion: Background, Foreground, Orphan; or empty.
};

/// The API server's answer to "may I?".
struct Permission {
  bool allowed = false;
  std::string reason;                ///< The server's words; may be empty.
};

/// The API server's clock, against ours.
struct ServerTime {
  Instant server{};                  ///< Its Date header: whole seconds.
  double skew_seconds = 0;           ///< Server minus ours; within half a second of the truth …
  double uncertainty_seconds = 0;    ///< … plus half of the time the request took.
};

class KubernetesClient {
 public:
  /// `reactor` and `redactor` must outlive the client; the client must outlive its tasks, and pages
  /// of a list that is given up are tasks of the reactor until they end.
  KubernetesClient(io::Reactor& reactor, Access access, Redactor& redactor,
                   ClientOptions options = {});
  ~KubernetesClient();
  KubernetesClient(const KubernetesClient&) = delete;
  KubernetesClient& operator=(const KubernetesClient&) = delete;

  const Access& access() const { return credentials_.access(); }

  // ---- Reading ----
  Task<Result<ObjectList>> List(ListQuery query, Limits limits);
  /// One object, without managedFields. `space` is empty for what lives in no namespace.
  Task<Result<Value>> Get(std::string resource, std::string space, std::string name,
                          Limits limits);
  /// The JSON at a path of the API ("/version"); `asked` names it in errors.
  Task<Result<Value>> GetPath(std::string path, Asked asked, Limits limits);
  Task<Result<std::string>> Log(std::string space, std::string pod, LogQuery query, Limits limits);
  Task<Result<ServerTime>> Time(Limits limits);
  /// Whether any version of `group` is served.
  Task<Result<bool>> Serves(std::string group, Limits limits);
  /// SelfSubjectAccessReview of a need such as kubernetes:delete:pods, in one namespace or all.
  Task<Result<Permission>> Can(checks::Need need, std::string space, Limits limits);
  /// Where `name` is served; asks the API server for what is not built in, once.
  Task<Result<Resource>> Discover(std::string name, Limits limits);

  // ---- Changing: each is sent once ----
  Task<Result<Value>> Delete(std::string resource, std::string space, std::string name,
                             WriteOptions options, Limits limits);
  Task<Result<Value>> Patch(std::string resource, std::string space, std::string name, Value patch,
                            WriteOptions options, Limits limits);
  /// The whole object in place of the one of its name; the server refuses it (kStale, HTTP 409)
  /// where its metadata.resourceVersion is no longer the newest.
  Task<Result<Value>> Update(std::string resource, std::string space, std::string name,
                             Value object, Limits limits);
  Task<Result<Value>> Create(std::string resource, std::string space, Value object,
                             WriteOptions options, Limits limits);

 private:
  /// One request, before identity and retries.
  struct Request {
    std::string method = "GET";
    std::string path;                ///< With its query.
    Asked asked;
    std::string body, content_type;
    std::size_t max_bytes = 0;       ///< 0: max_object_bytes.
    bool repeatable = false;         ///< True for a question that has to be a POST.
    std::function<Status(std::string_view)> on_data;  ///< Gets the body of a 2xx answer.
    std::function<void()> on_start;  ///< A try begins: forget what came of the one before.
  };
  Task<Result<io::TransferResponse>> Send(Request request, Limits limits);
  Task<Result<io::TransferResponse>> SendOnce(const Request& request, Limits limits);
  Task<Result<Value>> SendForValue(Request request, Limits limits);
  struct Listing;
  Task<Result<ObjectList>> ListAt(ListQuery query, Resource resource, Limits limits);
  Task<Result<ObjectList>> ListOnce(ListQuery query, Resource resource, Limits limits);
  void BeginPage(const std::shared_ptr<Listing>& listing, std::string token, Limits limits);
  Task<void> FetchPage(std::shared_ptr<Listing> listing, std::size_t number, std::string token,
                       Limits limits);
  Task<Result<Resource>> AskForResource(Resource resource, Limits limits);
  const Resource* Known(const Resource& resource) const;
  void Remember(const Resource& resource);

  io::Reactor& reactor_;
  Credentials credentials_;
  const ClientOptions options_;
  Gate gate_;
  std::map<std::string, Resource> discovered_;           ///< By plural and group.
};

}  // namespace upkeep::kubernetes

#endif  // UPKEEP_CHECKS_KUBERNETES_CLIENT_H_
