// SPDX-License-Identifier: Apache-2.0
#include "checks/redis/commands.h"

#include <algorithm>
#include <sstream>
#include <string_view>

#include "base/text.h"

namespace upkeep::redis {
namespace {

struct Allowed {
  std::string_view name;
  std::string_view probe;            ///< Arguments that make a harmless call.
};

// Nothing here changes data or settings, and nothing reads what applications store.
constexpr Allowed kAllowed[] = {
    {"PING", ""},
    {"INFO", "server"},
    {"ROLE", ""},
    {"DBSIZE", ""},
    {"TIME", ""},
    {"LASTSAVE", ""},
    {"CLIENT|INFO", ""},
    {"CLIENT|LIST", "TYPE pubsub"},
    {"CLUSTER|INFO", ""},
    {"CLUSTER|NODES", ""},
    {"CLUSTER|SHARDS", ""},
    {"CLUSTER|SLOTS", ""},
    {"CONFIG|GET", "maxmemory"},
    {"LATENCY|DOCTOR", ""},
    {"LATENCY|HISTORY", "command"},
    {"LATENCY|LATEST", ""},
    {"MEMORY|DOCTOR", ""},
    {"MEMORY|STATS", ""},
    {"MEMORY|USAGE", "upkeep:probe"},
    {"MODULE|LIST", ""},
    {"PUBSUB|NUMPAT", ""},
    {"SENTINEL|CKQUORUM", "upkeep-probe"},
    {"SENTINEL|MASTER", "upkeep-probe"},
    {"SENTINEL|MASTERS", ""},
    {"SENTINEL|REPLICAS", "upkeep-probe"},
    {"SENTINEL|SENTINELS", "upkeep-probe"},
    {"SLOWLOG|GET", "0"},
    {"SLOWLOG|LEN", ""},
    {"EXISTS", "upkeep:probe"},
    {"HLEN", "upkeep:probe"},
    {"LLEN", "upkeep:probe"},
    {"SCARD", "upkeep:probe"},
    {"STRLEN", "upkeep:probe"},
    {"TTL", "upkeep:probe"},
    {"TYPE", "upkeep:probe"},
    {"XLEN", "upkeep:probe"},
    {"ZCARD", "upkeep:probe"},
};

std::string Upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

const Allowed* Find(std::string_view name) {
  const auto found = std::find_if(std::begin(kAllowed), std::end(kAllowed),
                                  [&](const Allowed& allowed) { return allowed.name == name; });
  return found == std::end(kAllowed) ? nullptr : found;
}

bool IsContainer(const std::string& word) {
  return std::any_of(std::begin(kAllowed), std::end(kAllowed),
                     [&](const Allowed& allowed) { return allowed.name.starts_with(word + "|"); });
}

}  // namespace

Result<CommandLine> ReadCommandLine(const Value& arguments) {
  CommandLine line;
  for (const Value& argument : arguments) {
    if (argument.is_string()) {
      line.words.push_back(argument.get<std::string>());
    } else if (argument.is_number_integer()) {
      line.words.push_back(argument.dump());
    } else {
      return Status(Code::kInvalid, "command(name, ...) takes strings and whole numbers");
    }
  }
  if (line.words.empty()) return Status(Code::kInvalid, "command(name, ...) needs the command's name");
  line.name = Upper(line.words[0]);
  if (IsContainer(line.name)) {
    if (line.words.size() < 2) {
      return Status(Code::kInvalid, "command(\"" + line.name + "\", ...) needs the subcommand's name");
    }
    line.name += "|" + Upper(line.words[1]);
  }
  if (Find(line.name) == nullptr) {
    std::vector<std::string> names;
    for (const Allowed& allowed : kAllowed) names.emplace_back(allowed.name);
    const std::string near = NearestWord(line.name, names);
    return Status(Code::kInvalid, "'" + line.name.substr(0, 64) + "' is not among the commands that only look")
        .WithHint(near.empty() ? "redis.lua lists them" : "did you mean '" + near + "'?");
  }
  return line;
}

std::vector<std::string> ProbeOf(const std::string& name) {
  const Allowed* const allowed = Find(name);
  if (allowed == nullptr) return {};
  std::vector<std::string> words = {name.substr(0, name.find('|'))};
  if (name.find('|') != std::string::npos) words.push_back(name.substr(name.find('|') + 1));
  std::istringstream rest{std::string(allowed->probe)};
  for (std::string word; rest >> word;) words.push_back(word);
  return words;
}

std::string AclName(const std::string& name) {
  std::string lower = name;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

Value WithoutPasswords(const std::string& name, Value reply) {
  if (name != "CONFIG|GET" || !reply.is_array()) return reply;
  for (std::size_t i = 0; i + 1 < reply.size(); i += 2) {
    const std::string key = reply[i].is_string() ? reply[i].get<std::string>() : "";
    const bool secret = key.find("pass") != std::string::npos || key.find("auth") != std::string::npos;
    if (secret && reply[i + 1].is_string() && !reply[i + 1].get<std::string>().empty()) {
      reply[i + 1] = "[redacted]";
    }
  }
  return reply;
}

}  // namespace upkeep::redis
