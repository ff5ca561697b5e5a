// SPDX-License-Identifier: Apache-2.0
// Lists: page after page, each read while it arrives.
#include <coroutine>
#include <optional>
#include <utility>

#include "checks/kubernetes/client.h"
#include "checks/kubernetes/encoding.h"
#include "checks/kubernetes/list_decoder.h"

namespace upkeep::kubernetes {
namespace {

std::string PathOf(const ListQuery& query, const Resource& resource, int page_size,
                   const std::string& continue_token) {
  std::string path = resource.Path(query.space, "") + "?limit=" + std::to_string(page_size);
  if (!query.label_selector.empty()) {
    path += "&labelSelector=" + PercentEncode(query.label_selector);
  }
  if (!query.field_selector.empty()) {
    path += "&fieldSelector=" + PercentEncode(query.field_selector);
  }
  if (!continue_token.empty()) path += "&continue=" + PercentEncode(continue_token);
  return path;
}

}  // namespace

// One list while it is fetched. The server says where a page ends before it sends the page, so
// the next one is asked for while this one still arrives.
struct KubernetesClient::Listing {
  Listing(ListQuery wanted, Resource found)
      : query(std::move(wanted)),
        projection(query.fields),
        asked{"list", std::move(found), query.space, "", ""} {}

  const ListQuery query;
  const Projection projection;
  const Asked asked;
  std::vector<std::optional<ListPage>> pages;
  std::size_t kept = 0;              ///< Bytes of finished pages.
  Status failed;                     ///< The first failure; nothing new begins after it.
  int open = 0;                      ///< Pages on their way.
  std::coroutine_handle<> waiting;   ///< Whoever waits for all of them.

  void Fail(Status status) {
    if (failed.ok()) failed = std::move(status);
  }

  struct AllDone {
    Listing& listing;
    explicit AllDone(Listing& awaited) : listing(awaited) {}
    AllDone(const AllDone&) = delete;
    AllDone& operator=(const AllDone&) = delete;
    ~AllDone() { listing.waiting = {}; }
    bool await_ready() const { return listing.open == 0; }
    void await_suspend(std::coroutine_handle<> waiter) { listing.waiting = waiter; }
    void await_resume() const {}
  };
};

void KubernetesClient::BeginPage(const std::shared_ptr<Listing>& listing, std::string token,
                                 Limits limits) {
  if (!listing->failed.ok()) return;
  const std::size_t number = listing->pages.size();
  listing->pages.emplace_back();
  ++listing->open;
  // Not here and now: this may be a transfer's callback, from which none can be begun.
  reactor_.Post([this, listing, number, token = std::move(token), limits = std::move(limits)] {
    reactor_.Spawn(FetchPage(listing, number, token, limits));
  });
}

Task<void> KubernetesClient::FetchPage(std::shared_ptr<Listing> listing, std::size_t number,
                                       std::string token, Limits limits) {
  ListDecoder decoder(listing->projection);
  bool next_begun = false;
  for (int attempt = 1;; ++attempt) {
    Request request;
    request.asked = listing->asked;
    request.path =
        PathOf(listing->query, listing->asked.resource, options_.page_size, token);
    request.on_start = [&] {
      decoder.Reset();
      // Another try of the first page is another moment of the cluster than the next page's.
      if (next_begun && number == 0) {
        listing->Fail(Status(Code::kStale, "its first page had to be read again"));
      }
    };
    request.on_data = [&](std::string_view bytes) {
      if (!listing->failed.ok()) return listing->failed;
      if (Status fed = decoder.Feed(bytes); !fed.ok()) return fed;
      if (!next_begun && !decoder.continue_token().empty()) {
        next_begun = true;
        BeginPage(listing, decoder.continue_token(), limits);
      }
      if (listing->kept + decoder.MemoryUsed() <= options_.max_list_bytes) return Status::Ok();
      return Status(Code::kTruncated, "the list holds more than " +
                                          std::to_string(options_.max_list_bytes >> 20) + " MiB");
    };
    Result<io::TransferResponse> response = co_await Send(std::move(request), limits);
    if (!response.ok()) {
      listing->Fail(response.status());
      break;
    }
    Result<ListPage> page = decoder.Finish();
    if (page.ok()) {
      listing->kept += page->documents->MemoryUsed();
      const std::string next = page->continue_token;
      listing->pages[number] = *std::move(page);
      if (!next_begun && !next.empty()) BeginPage(listing, next, limits);
      break;
    }
    // The connection ended in good order, and the page did not: it is read again.
    if (page.status().code() != Code::kTruncated || attempt >= options_.attempts) {
      listing->Fail(std::move(page.status()).Within(listing->asked.ToString()));
      break;
    }
  }
  if (--listing->open == 0 && listing->waiting) {
    std::exchange(listing->waiting, {}).resume();
  }
}

Task<Result<ObjectList>> KubernetesClient::ListOnce(ListQuery query, Resource resource,
                                                    Limits limits) {
  // Shared with the pages, which the reactor owns while they are on their way.
  auto listing = std::make_shared<Listing>(std::move(query), std::move(resource));
  BeginPage(listing, "", limits);
  Listing::AllDone all_done(*listing);
  co_await all_done;
  if (!listing->failed.ok()) co_return listing->failed;
  ObjectList list;
  std::vector<std::shared_ptr<const DocumentPage>> pages;
  for (std::optional<ListPage>& page : listing->pages) {
    list.resource_version = std::move(page->resource_version);
    list.bytes += page->bytes;
    ++list.pages;
    if (page->documents->size() > 0) pages.push_back(std::move(page->documents));
  }
  list.documents = std::make_shared<const DocumentList>(std::move(pages));
  co_return list;
}

Task<Result<ObjectList>> KubernetesClient::ListAt(ListQuery query, Resource resource,
                                                  Limits limits) {
  for (int begun = 0;; ++begun) {
    Result<ObjectList> list = co_await ListOnce(query, resource, limits);
    if (list.ok() || list.status().code() != Code::kStale) co_return list;
    if (begun >= options_.restarts) {
      co_return Status(Code::kError, "list " + resource.Name() + ": it expired " +
                                         std::to_string(begun + 1) + " times before its end");
    }
  }
}

Task<Result<ObjectList>> KubernetesClient::List(ListQuery query, Limits limits) {
  if (!query.space.empty()) {
    if (Status fine = CheckName(query.space); !fine.ok()) co_return fine;
  }
  Result<Resource> resource = ParseResource(query.resource);
  if (!resource.ok()) co_return resource.status();
  std::optional<Resource> usual;
  if (resource->version.empty() && !Known(*resource)) usual = UsualPlace(*resource);
  Status refused;
  if (usual) {
    // The list itself is asked for where it nearly always is: two questions fewer before it.
    Result<ObjectList> list = co_await ListAt(query, *usual, limits);
    if (list.ok()) Remember(*usual);
    refused = list.status();
    // A server refuses what it does not serve to those without the right to it, too.
    if (refused.code() != Code::kNoData && refused.code() != Code::kNotPermitted) co_return list;
  }
  resource = co_await Discover(query.resource, limits);
  if (!resource.ok()) co_return resource.status();
  if (usual && usual->version == resource->version) co_return refused;
  co_return co_await ListAt(std::move(query), *resource, limits);
}

}  // namespace upkeep::kubernetes
