// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/journal.h"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

namespace upkeep::daemon {
namespace {

/// A word stays a word; everything else is quoted as JSON quotes it.
std::string Shown(const Value& value) {
  if (!value.is_string()) return CanonicalJson(value);
  const std::string& text = value.get_ref<const std::string&>();
  const bool word = !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz"
                                                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                            "0123456789-_.:/@+") == std::string::npos;
  return word ? text : CanonicalJson(value);
}

}  // namespace

struct Journal::Impl {
  LogFormat format;
  const Clock& clock;
  const Redactor& redactor;
  spdlog::logger logger;
};

Journal::Journal(std::ostream& out, LogFormat format, const Clock& clock, const Redactor& redactor)
    // Synchronous and flushed: what was said before a kill -9 was said.
    : impl_(new Impl{format, clock, redactor,
                     spdlog::logger("upkeep", std::make_shared<spdlog::sinks::ostream_sink_mt>(
                                                  out, true))}) {
  impl_->logger.set_pattern("%v");
}

Journal::~Journal() = default;

void Journal::Info(std::string_view event, Value fields) {
  Write(spdlog::level::info, event, fields);
}

void Journal::Warning(std::string_view event, Value fields) {
  Write(spdlog::level::warn, event, fields);
}

void Journal::Error(std::string_view event, const Status& status, Value fields) {
  fields["error"] = status.Describe();
  fields["code"] = CodeName(status.code());
  Write(spdlog::level::err, event, fields);
}

void Journal::Write(int level, std::string_view event, const Value& said) {
  const Value fields = impl_->redactor.Redact(said);
  const auto severity = static_cast<spdlog::level::level_enum>(level);
  const std::string time =
      FormatRfc3339(std::chrono::floor<std::chrono::milliseconds>(impl_->clock.Now()));
  const auto name = spdlog::level::to_string_view(severity);
  const std::string_view word(name.data(), name.size());
  if (impl_->format == LogFormat::kJson) {
    Value line = fields;
    line["time"] = time;
    line["level"] = word;
    line["event"] = event;
    impl_->logger.log(severity, "{}", CanonicalJson(line));
    return;
  }
  std::string line = time + " " + std::string(word) + " " + std::string(event);
  for (const auto& [key, value] : fields.items()) line += " " + key + "=" + Shown(value);
  impl_->logger.log(severity, "{}", line);
}

}  // namespace upkeep::daemon
