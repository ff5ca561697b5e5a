// SPDX-License-Identifier: Apache-2.0
#include "checks/postgres/errors.h"

#include <algorithm>
#include <vector>

namespace upkeep::postgres {
namespace {

constexpr std::string_view kState = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// The SQLSTATE and the text behind it in "FATAL:  28P01: password authentication failed".
bool FindState(std::string_view text, std::string& state, std::string& message) {
  for (std::size_t at = text.find(":  "); at != std::string_view::npos; at = text.find(":  ", at + 1)) {
    const std::string_view rest = text.substr(at + 3);
    if (rest.size() < 7 || rest[5] != ':' || rest.substr(0, 5).find_first_not_of(kState) != std::string_view::npos) {
      continue;
    }
    state = rest.substr(0, 5);
    message = rest.substr(7, rest.find('\n') == std::string_view::npos ? std::string_view::npos
                                                                         : rest.find('\n') - 7);
    return true;
  }
  return false;
}

/// "permission denied for view pg_statistic" → {"view", "pg_statistic"}; empty when it is no such
/// sentence (a server that speaks another language, say).
std::vector<std::string> DeniedThing(std::string_view message) {
  constexpr std::string_view kStart = "permission denied for ";
  if (!message.starts_with(kStart)) return {};
  const std::string_view rest = message.substr(kStart.size());
  const std::size_t space = rest.rfind(' ');
  if (space == std::string_view::npos) return {};
  return {std::string(rest.substr(0, space)), std::string(rest.substr(space + 1))};
}

Status NotPermitted(std::string_view message, const std::string& user, const std::string& peer) {
  const std::vector<std::string> thing = DeniedThing(message);
  std::string hint;
  if (!thing.empty()) {
    const std::string& kind = thing[0];
    // The server's catalogs and the views of extensions open with pg_monitor's roles.
    const bool monitor = thing[1].starts_with("pg_stat") || thing[1].starts_with("pg_ls_") ||
                         thing[1] == "pg_current_logfile";
    if (monitor) {
      hint = "GRANT pg_monitor TO " + Identifier(user) + ";";
    } else if (kind == "function" || kind == "procedure") {
      hint = "GRANT EXECUTE ON " + std::string(kind == "function" ? "FUNCTION " : "PROCEDURE ") + thing[1] + " TO " +
             Identifier(user) + ";";
    } else if (kind == "schema") {
      hint = "GRANT USAGE ON SCHEMA " + Identifier(thing[1]) + " TO " + Identifier(user) + ";";
    } else if (kind == "database") {
      hint = "GRANT CONNECT ON DATABASE " + thing[1] + " TO " + Identifier(user) + ";";
    } else if (kind == "table" || kind == "view" || kind == "materialized view" || kind == "sequence") {
      hint = "GRANT SELECT ON " + Identifier(thing[1]) + " TO " + Identifier(user) + ";";
    }
  }
  return Status(Code::kNotPermitted,
                "'" + user + "' may not at " + peer + ": " + std::string(message) +
                    (thing.empty() ? "" : " ('" + thing[1] + "')"))
      .WithHint(std::move(hint));
}

}  // namespace

std::string Identifier(std::string_view name) {
  const bool plain = !name.empty() && (name[0] == '_' || (name[0] >= 'a' && name[0] <= 'z')) &&
                     std::all_of(name.begin(), name.end(), [](char c) {
                       return c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
                     });
  if (plain) return std::string(name);
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

Status StatusOf(std::string_view sqlstate, std::string_view message, const std::string& user,
                const std::string& peer) {
  const std::string text(message);
  const std::string said = peer + ": " + text + " (SQLSTATE " + std::string(sqlstate) + ")";
  if (sqlstate == "42501") return NotPermitted(message, user, peer);
  if (sqlstate == "28P01" || sqlstate == "28000") {
    return Status(Code::kNotPermitted, "'" + user + "' may not log in at " + peer + ": " + text)
        .WithHint(sqlstate == "28P01" ? "check the role's password, and the secret that the inventory names"
                                      : "check pg_hba.conf, and that the role exists and may LOGIN");
  }
  if (sqlstate == "53300") {
    return Status(Code::kError, "no connection is free at " + peer + ": " + text)
        .WithHint("find who holds them in pg_stat_activity; a look needs one that is not reserved");
  }
  if (sqlstate == "57014") return Status(Code::kTimeout, peer + ": " + text);
  if (sqlstate == "55P03" || sqlstate == "25P03") return Status(Code::kTimeout, said);
  if (sqlstate == "57P03") return Status(Code::kUnreachable, peer + ": " + text);
  if (sqlstate == "57P01" || sqlstate == "57P02" || sqlstate.starts_with("08")) {
    return Status(Code::kUnreachable, said);
  }
  if (sqlstate == "25006") {
    return Status(Code::kUndeclared, peer + ": a check only reads: " + text)
        .WithHint("return changes from a remedy's plan");
  }
  if (sqlstate == "3D000") {
    return Status(Code::kConfig, peer + ": " + text).WithHint("check the target's database in the inventory");
  }
  return Status(Code::kError, said);
}

Status StatusOfLogin(const std::string& text, const std::string& user, const std::string& peer) {
  std::string state, message;
  if (FindState(text, state, message)) return StatusOf(state, message, user, peer);
  // What libpq says itself: refused, reset, certificate. Its first line holds the cause at its end.
  std::string line = text.substr(0, text.find('\n'));
  const std::size_t cause = line.find("failed: ");
  if (cause != std::string::npos) line = line.substr(cause + 8);
  if (line.find("no password supplied") != std::string::npos) {
    return Status(Code::kNotPermitted, "'" + user + "' needs a password at " + peer)
        .WithHint("name its source in the inventory: password: {file: PATH}");
  }
  return Status(Code::kUnreachable, peer + ": " + (line.empty() ? "the connection was closed" : line));
}

}  // namespace upkeep::postgres
