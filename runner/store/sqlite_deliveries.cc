// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "runner/store/sqlite_store.h"

namespace upkeep::store {

Result<std::int64_t> SqliteStore::AddDelivery(const Delivery& delivery) {
  Transaction transaction(*this);
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  database_->Run("INSERT INTO deliveries (run, subject, channel, destination, content_hash, state, "
                 "created, changed, holder) VALUES (?, ?, ?, ?, ?, 'pending', ?, ?, ?)",
                 delivery.run == 0 ? std::nullopt : std::optional(delivery.run), delivery.subject,
                 delivery.channel, delivery.destination, delivery.content_hash, transaction.at(),
                 transaction.at(), delivery.holder);
  const std::int64_t id = database_->last_id();
  transaction.Append("delivery.added", {{"delivery", id},
                                        {"run", delivery.run},
                                        {"subject", delivery.subject},
                                        {"channel", delivery.channel},
                                        {"destination", delivery.destination},
                                        {"content_hash", delivery.content_hash},
                                        {"holder", delivery.holder}});
  UPKEEP_RETURN_IF_ERROR(transaction.Commit());
  return id;
}

Status SqliteStore::RecordDeliveryAttempt(std::int64_t delivery, const DeliveryAttempt& attempt) {
  Transaction transaction(*this);
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  database_->Run("UPDATE deliveries SET state = ?, detail = ?, attempts = attempts + 1, changed = ? "
                 "WHERE id = ? AND state = 'pending'",
                 Raw{DeliveryStateName(attempt.state)}, attempt.detail, transaction.at(), delivery);
  if (!database_->failed() && database_->changes() == 0) {
    return Status(Code::kBusy, "delivery " + std::to_string(delivery) + " is not pending");
  }
  database_->Run("INSERT INTO delivery_attempts (delivery, number, at, state, detail) "
                 "SELECT id, attempts, ?, ?, ? FROM deliveries WHERE id = ?",
                 transaction.at(), Raw{DeliveryStateName(attempt.state)}, attempt.detail, delivery);
  transaction.Append("delivery.attempted", {{"delivery", delivery},
                                            {"state", DeliveryStateName(attempt.state)},
                                            {"detail", attempt.detail}});
  return transaction.Commit();
}

Status SqliteStore::EndDelivery(std::int64_t delivery, const std::string& why) {
  Transaction transaction(*this);
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  database_->Run("UPDATE deliveries SET state = 'failed', detail = ?, changed = ? "
                 "WHERE id = ? AND state = 'pending'",
                 why, transaction.at(), delivery);
  if (!database_->failed() && database_->changes() == 0) {
    return Status(Code::kBusy, "delivery " + std::to_string(delivery) + " is not pending");
  }
  transaction.Append("delivery.ended", {{"delivery", delivery}, {"state", "failed"}, {"detail", why}});
  return transaction.Commit();
}

Result<std::vector<Delivery>> SqliteStore::Deliveries(const DeliveryFilter& filter) {
  std::vector<Delivery> deliveries;
  // Written out for those that are pending, so that their index is used: they are looked for every minute.
  const bool pending = filter.state == DeliveryState::kPending;
  Query query(*database_,
              std::string("SELECT id, coalesce(run, 0), subject, channel, destination, content_hash, state, detail, "
                          "attempts, created, changed, holder FROM deliveries WHERE (?2 = 0 OR run = ?2) AND ") +
                  (pending ? "state = 'pending' AND ?1 <> ''" : "(?1 = '' OR state = ?1)") +
                  " ORDER BY id DESC LIMIT ?3");
  query.With(Raw{filter.state ? DeliveryStateName(*filter.state) : std::string_view()}, filter.run,
             filter.limit);
  while (query.Next()) {
    Delivery row{query.Int(0),  query.Int(1), query.Text(2), query.Text(3), query.Text(4),
                 query.Text(5), DeliveryState::kPending, query.Text(7),
                 static_cast<int>(query.Int(8)), query.Time(9), query.Time(10), query.Text(11)};
    if (query.View(6) == "sent") row.state = DeliveryState::kSent;
    if (query.View(6) == "failed") row.state = DeliveryState::kFailed;
    deliveries.push_back(std::move(row));
  }
  return Checked(std::move(deliveries));
}

}  // namespace upkeep::store
