// SPDX-License-Identifier: Apache-2.0
#include "checks/kubernetes/snapshot.h"

#include <utility>

#include "base/when_all.h"

namespace upkeep::kubernetes {
namespace {

// "deployments" and "deployments.apps" are one list.
std::string Canonical(const std::string& resource) {
  const Result<Resource> parsed = ParseResource(resource);
  return parsed.ok() ? parsed->Name() : resource;
}

std::string KeyOf(const ListQuery& query) {
  // A line feed is in none of them.
  return query.resource + "\n" + query.space + "\n" + query.label_selector + "\n" +
         query.field_selector;
}

std::string_view NamespaceOf(const DocumentPage& page, DocumentPage::Index document) {
  const auto metadata = page.Child(document, "metadata");
  if (metadata == DocumentPage::kMissing) return {};
  const auto space = page.Child(metadata, "namespace");
  if (space == DocumentPage::kMissing || page.node(space).type != NodeType::kString) return {};
  return page.Text(page.node(space));
}

std::shared_ptr<const DocumentList> InNamespace(const DocumentList& all, const std::string& space) {
  DocumentBuilder builder;
  for (const auto& page : all.pages()) {
    for (std::size_t i = 0; i < page->size(); ++i) {
      if (NamespaceOf(*page, page->Root(i)) == space) builder.Copy({}, *page, page->Root(i));
    }
  }
  std::vector<std::shared_ptr<const DocumentPage>> pages;
  if (builder.size() > 0) pages.push_back(builder.Finish());
  return std::make_shared<const DocumentList>(std::move(pages));
}

// Errors that the same list would meet again.
bool Stays(Code code) {
  return code == Code::kOk || code == Code::kNotPermitted || code == Code::kNoData ||
         code == Code::kInvalid || code == Code::kConfig;
}

}  // namespace

void Snapshot::Want(const std::string& resource, const std::vector<std::string>& paths) {
  Wanted& wanted = wanted_[Canonical(resource)];
  wanted.everything = wanted.everything || paths.empty();
  wanted.paths.insert(wanted.paths.end(), paths.begin(), paths.end());
}

Task<void> Snapshot::Fetch(ListQuery query, Limits limits) {
  const std::string key = KeyOf(query);
  std::unique_ptr<Entry>& slot = lists_[key];
  if (!slot) slot = std::make_unique<Entry>();
  Entry& entry = *slot;
  Gate::Waiter enter(entry.gate);
  const Gate::Place place = co_await enter;
  if (entry.done) co_return;
  Result<ObjectList> list = co_await client_.List(std::move(query), limits);
  entry.status = list.status();
  entry.done = Stays(entry.status.code());
  if (!list.ok()) co_return;
  bytes_downloaded_ += list->bytes;
  entry.documents = std::move(list->documents);
}

Task<void> Snapshot::TakeOne(std::string resource, const Listed& listed, Limits limits) {
  ListQuery query;
  query.resource = resource;
  query.fields = wanted_.at(resource).Fields();
  const std::string key = KeyOf(query);
  co_await Fetch(std::move(query), limits);
  // A kind that could not be looked at is not looked at again in this run: all playbooks see
  // the same.
  lists_.at(key)->done = true;
  listed(resource);
}

Task<void> Snapshot::Take(const Listed& listed, Limits limits) {
  std::vector<Task<void>> fetches;
  // Pods are the longest list nearly everywhere, and their pages come one after the other.
  const auto pods = wanted_.find("pods");
  if (pods != wanted_.end()) fetches.push_back(TakeOne(pods->first, listed, limits));
  for (auto wanted = wanted_.begin(); wanted != wanted_.end(); ++wanted) {
    if (wanted != pods) fetches.push_back(TakeOne(wanted->first, listed, limits));
  }
  co_await WhenAll(std::move(fetches));
}

Status Snapshot::StatusOf(const std::string& resource) const {
  ListQuery query;
  query.resource = Canonical(resource);
  const auto found = lists_.find(KeyOf(query));
  if (found == lists_.end()) return Status(Code::kInternal, "nobody listed " + resource);
  return found->second->status;
}

Task<Result<Snapshot::Documents>> Snapshot::List(ListQuery query, Limits limits) {
  query.resource = Canonical(query.resource);
  if (const auto wanted = wanted_.find(query.resource); wanted != wanted_.end()) {
    query.fields = wanted->second.Fields();
  }
  ListQuery whole;
  whole.resource = query.resource;
  const auto taken = lists_.find(KeyOf(whole));
  if (!query.space.empty() && query.label_selector.empty() && query.field_selector.empty() &&
      taken != lists_.end() && taken->second->documents &&
      Projection(query.fields).Keeps("metadata.namespace")) {
    co_return InNamespace(*taken->second->documents, query.space);
  }
  const std::string key = KeyOf(query);
  co_await Fetch(std::move(query), limits);
  const Entry& entry = *lists_.at(key);
  if (!entry.status.ok()) co_return entry.status;
  co_return entry.documents;
}

std::size_t Snapshot::bytes_kept() const {
  std::size_t bytes = 0;
  for (const auto& [key, entry] : lists_) {
    if (entry->documents) bytes += entry->documents->MemoryUsed();
  }
  return bytes;
}

}  // namespace upkeep::kubernetes
