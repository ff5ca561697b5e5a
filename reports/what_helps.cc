// SPDX-License-Identifier: Apache-2.0
#include "reports/what_helps.h"

#include "base/korean.h"
#include "base/value.h"

namespace upkeep::reports {
namespace {

struct Help {
  std::string_view reason, en, ko;
};

constexpr Help kHelps[] = {
    {"unreachable",
     "See that the target runs and that nothing between keeps upkeep from it: DNS, network policy, firewall (upkeep doctor)",
     "대상이 실행 중인지, DNS·네트워크 정책·방화벽 때문에 접속이 막혀 있지 않은지 확인하세요 (upkeep doctor)"},
    {"timeout", "See how loaded the target and the network to it are, then run the check again",
     "대상의 부하와 대상까지의 네트워크 상태를 확인한 뒤 다시 점검하세요"},
    {"not_permitted", "Give upkeep's identity the right that is missing; upkeep doctor prints the line that grants it",
     "upkeep 계정에 빠진 권한을 부여하세요. 필요한 권한은 upkeep doctor에 표시됩니다"},
    {"budget", "Have the playbook look at less at a time: its processor or memory budget was used up",
     "플레이북이 CPU 또는 메모리 한도를 모두 썼습니다. 한 번에 살펴보는 범위를 줄이세요"},
    {"error", "Tell the owner of the check: the playbook itself failed",
     "플레이북 자체가 실패했습니다. 점검 담당자에게 알리세요"},
    {"undeclared", "Have the owner of the check declare what it calls under needs",
     "점검 담당자에게 호출하는 기능을 플레이북의 needs에 선언하도록 요청하세요"},
    {"truncated", "See what makes the answer so large, or what cut it off on its way",
     "응답이 지나치게 크거나 중간에 끊긴 원인을 확인하세요"},
    {"stale", "See whether what collects this data still runs, then run the check again",
     "데이터를 수집하는 쪽이 동작 중인지 확인한 뒤 다시 점검하세요"},
    {"no_data", "See whether what collects this data is there and has any for the subject",
     "데이터를 수집하는 쪽이 있는지, 이 항목의 데이터가 수집되고 있는지 확인하세요"},
    {"cancelled", "Run the check again: it was cancelled before it had looked",
     "점검이 끝나기 전에 취소되었습니다. 다시 점검하세요"},
};

std::string StoredHint(const ResultRow& row, std::string_view language) {
  if (row.data.empty()) return "";
  const Result<Value> data = ParseJson(row.data);
  return data.ok() && data->is_object() ? In(language, StringAt(*data, "hint")) : "";
}

}  // namespace

std::string SayWhatHelps(const ResultRow& row, std::string_view language) {
  if (row.state != checks::State::kUnknown) return row.fix.In(language);
  if (std::string hint = StoredHint(row, language); !hint.empty()) return hint;
  for (const Help& help : kHelps) {
    if (help.reason == row.reason) return std::string(language == "ko" ? help.ko : help.en);
  }
  return "";
}

}  // namespace upkeep::reports
