// SPDX-License-Identifier: Apache-2.0
#include "base/zone/names.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <vector>

#include "base/text.h"
#include "base/zone/zone.h"

namespace upkeep::zone {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  std::replace(lower.begin(), lower.end(), ' ', '_');
  return lower;
}

/// Names of zones ("Z name ...") and links ("L target name") in tzdata's one-file form.
std::vector<std::string> ReadNames() {
  std::vector<std::string> names{"UTC"};
  std::ifstream file(ZoneFolder() + "/tzdata.zi");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string kind, first, second;
    words >> kind >> first >> second;
    if (kind == "Z") names.push_back(first);
    if (kind == "L") names.push_back(second);
  }
  return names;
}

}  // namespace

std::string ZoneFolder() {
  const char* folder = std::getenv("TZDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/usr/share/zoneinfo";
}

bool IsWellFormed(std::string_view name) {
  if (name.empty() || name.size() > 64 || name.find("..") != name.npos) return false;
  if (std::isalpha(static_cast<unsigned char>(name.front())) == 0 || name.back() == '/') {
    return false;
  }
  // "localtime" is whatever the machine is set to, and "right/" counts leap seconds.
  if (name == "localtime" || name == "posixrules" || name.starts_with("right/")) return false;
  return std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '+' || c == '/';
  });
}

std::string NearestZone(std::string_view name) {
  const std::string wanted = Lower(name);
  // Abbreviations name several zones in the world; these two are asked for most here.
  if (wanted == "kst") return "Asia/Seoul";
  if (wanted == "jst") return "Asia/Tokyo";
  static const std::vector<std::string> names = ReadNames();
  std::vector<std::string> lower;
  for (const std::string& known : names) lower.push_back(Lower(known));
  const auto original = [&](const std::string& found) {
    return names[static_cast<std::size_t>(std::find(lower.begin(), lower.end(), found) -
                                          lower.begin())];
  };
  for (const std::string& known : lower) {
    // The city alone ("Seoul") is a common way to write it.
    if (known == wanted || known.ends_with("/" + wanted)) return original(known);
  }
  const std::string near = NearestWord(wanted, lower);
  return near.empty() ? "" : original(near);
}

std::string TzdataVersion() {
  std::ifstream file(ZoneFolder() + "/tzdata.zi");
  std::string line;
  constexpr std::string_view kPrefix = "# version ";
  if (std::getline(file, line) && line.starts_with(kPrefix)) {
    return line.substr(kPrefix.size());
  }
  std::ifstream version(ZoneFolder() + "/+VERSION");
  if (std::getline(version, line) && !line.empty()) return line;
  return "unknown";
}

}  // namespace upkeep::zone
