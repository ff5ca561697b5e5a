// SPDX-License-Identifier: Apache-2.0
//
// The sentence of a result that could not be had: what its code says, then the status's own
// message, which base/korean has in Korean.
#include "base/korean.h"
#include "checks/model/result.h"

namespace upkeep::checks {
namespace {

Text SentenceOf(Code code) {
  switch (code) {
    case Code::kTimeout:
      return {"no answer in time", "제한 시간 안에 응답을 받지 못했습니다"};
    case Code::kUnreachable:
      return {"cannot be reached", "연결하지 못했습니다"};
    case Code::kNoData:
      return {"no data to judge by", "판단할 데이터를 받지 못했습니다"};
    case Code::kNotPermitted:
      return {"not permitted", "권한이 없어 확인하지 못했습니다"};
    case Code::kUndeclared:
      return {"not declared in the playbook's needs", "플레이북의 needs에 선언되지 않아 실행하지 않았습니다"};
    case Code::kTruncated:
      return {"the answer is incomplete", "응답이 중간에 잘렸거나 허용 크기를 넘었습니다"};
    case Code::kStale:
      return {"the answer is too old", "응답이 오래되어 판단에 쓸 수 없습니다"};
    case Code::kCancelled:
      return {"cancelled", "실행이 취소되어 확인하지 못했습니다"};
    case Code::kBudget:
      return {"the playbook spent its budget", "플레이북이 메모리 또는 CPU 한도를 초과했습니다"};
    case Code::kInvalid:
      return {"the playbook or its input is not valid", "플레이북 또는 입력값이 올바르지 않습니다"};
    case Code::kConfig:
      return {"the configuration is not valid", "인벤토리 또는 설정이 올바르지 않습니다"};
    case Code::kNotFound:
      return {"not found", "대상에서 해당 항목을 찾지 못했습니다"};
    case Code::kStore:
      return {"the store failed", "저장소를 읽거나 쓰지 못했습니다"};
    case Code::kOutput:
      return {"the output could not be written", "출력을 쓰지 못했습니다"};
    case Code::kBusy:
      return {"something else holds what this needs", "다른 작업이 사용 중이라 진행하지 못했습니다"};
    case Code::kDenied:
      return {"denied", "이 사용자에게 허용되지 않은 작업입니다"};
    case Code::kPending:
      return {"an approval is still open", "아직 승인되지 않았습니다"};
    case Code::kNotApproved:
      return {"not approved", "승인이 거부되었거나 만료되었습니다"};
    case Code::kEvidence:
      return {"evidence does not verify", "증적 검증에 실패했습니다"};
    case Code::kUsage:
      return {"called wrongly", "호출 방법이 올바르지 않습니다"};
    case Code::kInternal:
      return {"a fault of upkeep itself", "upkeep 내부 오류로 확인하지 못했습니다"};
    case Code::kOk:
    case Code::kError: break;
  }
  return {"the check failed", "점검 중 오류가 발생했습니다"};
}

/// Of a connection or a permission the message says what failed, and a report puts the reason's word in
/// front: "unreachable: cannot be reached: 10.0.0.1:5432: connection refused" says it three times.
bool SaysItAll(const Status& status) {
  return !status.message().empty() &&
         (status.code() == Code::kUnreachable || status.code() == Code::kNotPermitted);
}

}  // namespace

CheckResult UnknownResult(Subject subject, const Status& status) {
  CheckResult result;
  result.subject = std::move(subject);
  result.state = State::kUnknown;
  const Code code = status.ok() ? Code::kError : status.code();
  result.reason = CodeName(code);
  result.summary = SentenceOf(code);
  if (SaysItAll(status)) {
    result.summary = {status.message(), InKorean(status.message())};
  } else if (!status.message().empty()) {
    result.summary.en += ": " + status.message();
    result.summary.ko += ": " + InKorean(status.message());
  }
  result.data = {{"detail", status.message()}};
  if (!status.hint().empty()) result.data["hint"] = status.hint();
  if (const auto& place = status.place()) {
    std::string where = place->file + ":" + std::to_string(place->line);
    if (place->column > 0) where += ":" + std::to_string(place->column);
    result.data["place"] = std::move(where);
  }
  return result;
}

}  // namespace upkeep::checks
