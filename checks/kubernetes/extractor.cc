// SPDX-License-Identifier: Apache-2.0
// The only file here that speaks simdjson.
#include <simdjson.h>

#include <cstdlib>
#include <string>
#include <utility>

#include "checks/kubernetes/projection.h"

namespace upkeep::kubernetes {
namespace {

namespace ondemand = simdjson::ondemand;
using Error = simdjson::error_code;

// Deeper objects than any API server sends; keeps hostile nesting off the stack.
constexpr int kMaxDepth = 100;

#define UPKEEP_SIMDJSON_TRY(expression) \
  if (const Error error_ = (expression); error_ != simdjson::SUCCESS) return error_

Error CopyNumber(ondemand::value value, std::string_view key, DocumentBuilder& builder) {
  ondemand::number number;
  const std::string_view token = value.raw_json_token();
  if (value.get_number().get(number) != simdjson::SUCCESS) {
    // An integer of more than 64 bits is valid JSON; it keeps its size, and not every digit.
    const std::string text(token);
    char* end = nullptr;
    const double approximate = std::strtod(text.c_str(), &end);
    if (end == text.c_str()) return simdjson::NUMBER_ERROR;
    builder.Number(key, approximate);
    return simdjson::SUCCESS;
  }
  switch (number.get_number_type()) {
    case ondemand::number_type::signed_integer:
      builder.Integer(key, number.get_int64());
      return simdjson::SUCCESS;
    case ondemand::number_type::unsigned_integer:
      builder.Number(key, static_cast<double>(number.get_uint64()));
      return simdjson::SUCCESS;
    case ondemand::number_type::floating_point_number:
      builder.Number(key, number.get_double());
      return simdjson::SUCCESS;
  }
  return simdjson::NUMBER_ERROR;
}

// Copies what `field` keeps of an object; all of it when `field` is null.
Error CopyObject(ondemand::value value, std::string_view key, const Projection::Field* field,
                 int depth, DocumentBuilder& builder);

Error CopyValue(ondemand::value value, std::string_view key, const Projection::Field* field,
                int depth, bool in_array, DocumentBuilder& builder) {
  if (depth > kMaxDepth) return simdjson::DEPTH_ERROR;
  ondemand::json_type type{};
  UPKEEP_SIMDJSON_TRY(value.type().get(type));
  if (type == ondemand::json_type::object) return CopyObject(value, key, field, depth, builder);
  if (type == ondemand::json_type::array) {
    ondemand::array array;
    UPKEEP_SIMDJSON_TRY(value.get_array().get(array));
    builder.BeginArray(key);
    for (auto element : array) {
      ondemand::value inside;
      UPKEEP_SIMDJSON_TRY(std::move(element).get(inside));
      UPKEEP_SIMDJSON_TRY(CopyValue(inside, {}, field, depth + 1, true, builder));
    }
    builder.EndArray();
    return simdjson::SUCCESS;
  }
  if (field != nullptr) {  // A value on the way to a path's end.
    if (in_array) builder.Null(key);
    return simdjson::SUCCESS;
  }
  switch (type) {
    case ondemand::json_type::string: {
      std::string_view text;
      UPKEEP_SIMDJSON_TRY(value.get_string().get(text));
      builder.String(key, text);
      return simdjson::SUCCESS;
    }
    case ondemand::json_type::number:
      return CopyNumber(value, key, builder);
    case ondemand::json_type::boolean: {
      bool truth = false;
      UPKEEP_SIMDJSON_TRY(value.get_bool().get(truth));
      builder.Bool(key, truth);
      return simdjson::SUCCESS;
    }
    default:
      if (!value.is_null()) return simdjson::INCORRECT_TYPE;
      builder.Null(key);
      return simdjson::SUCCESS;
  }
}

Error CopyObject(ondemand::value value, std::string_view key, const Projection::Field* field,
                 int depth, DocumentBuilder& builder) {
  ondemand::object object;
  UPKEEP_SIMDJSON_TRY(value.get_object().get(object));
  builder.BeginObject(key);
  for (auto entry : object) {
    ondemand::field member;
    UPKEEP_SIMDJSON_TRY(std::move(entry).get(member));
    std::string_view name;
    UPKEEP_SIMDJSON_TRY(member.unescaped_key().get(name));
    const Projection::Field* below = nullptr;
    if (field != nullptr) {
      below = field->Find(name);
      if (below == nullptr) continue;
      if (below->whole) below = nullptr;
    }
    UPKEEP_SIMDJSON_TRY(CopyValue(member.value(), name, below, depth + 1, false, builder));
  }
  builder.EndObject();
  return simdjson::SUCCESS;
}

// Whole objects, but for metadata.managedFields: who last wrote which field, half of every pod.
Error CopyWithoutManagedFields(ondemand::object object, DocumentBuilder& builder) {
  builder.BeginObject({});
  for (auto entry : object) {
    ondemand::field member;
    UPKEEP_SIMDJSON_TRY(std::move(entry).get(member));
    std::string_view name;
    UPKEEP_SIMDJSON_TRY(member.unescaped_key().get(name));
    ondemand::json_type type{};
    UPKEEP_SIMDJSON_TRY(member.value().type().get(type));
    if (name != "metadata" || type != ondemand::json_type::object) {
      UPKEEP_SIMDJSON_TRY(CopyValue(member.value(), name, nullptr, 1, false, builder));
      continue;
    }
    ondemand::object metadata;
    UPKEEP_SIMDJSON_TRY(member.value().get_object().get(metadata));
    builder.BeginObject(name);
    for (auto inner : metadata) {
      ondemand::field below;
      UPKEEP_SIMDJSON_TRY(std::move(inner).get(below));
      UPKEEP_SIMDJSON_TRY(below.unescaped_key().get(name));
      if (name == "managedFields") continue;
      UPKEEP_SIMDJSON_TRY(CopyValue(below.value(), name, nullptr, 2, false, builder));
    }
    builder.EndObject();
  }
  builder.EndObject();
  return simdjson::SUCCESS;
}

}  // namespace

const std::size_t Extractor::kPadding = simdjson::SIMDJSON_PADDING;

struct Extractor::Impl {
  explicit Impl(const Projection& wanted) : projection(wanted) {}

  Error Add(std::string_view text, DocumentBuilder& builder) {
    ondemand::document document;
    UPKEEP_SIMDJSON_TRY(
        parser.iterate(simdjson::padded_string_view(text, text.size() + kPadding)).get(document));
    if (projection.keeps_everything()) {
      ondemand::object object;
      UPKEEP_SIMDJSON_TRY(document.get_object().get(object));
      UPKEEP_SIMDJSON_TRY(CopyWithoutManagedFields(object, builder));
    } else {
      ondemand::value value;
      UPKEEP_SIMDJSON_TRY(document.get_value().get(value));
      UPKEEP_SIMDJSON_TRY(CopyObject(value, {}, &projection.root(), 0, builder));
    }
    return simdjson::SUCCESS;
  }

  const Projection& projection;
  ondemand::parser parser;
};

Extractor::Extractor(const Projection& projection) : impl_(std::make_unique<Impl>(projection)) {}
Extractor::~Extractor() = default;

Status Extractor::Add(std::string_view text, DocumentBuilder& builder) {
  const Error error = impl_->Add(text, builder);
  if (error == simdjson::SUCCESS) return Status::Ok();
  builder.Abandon();
  return Status(Code::kError,
                std::string("an object is not valid JSON: ") + simdjson::error_message(error));
}

}  // namespace upkeep::kubernetes
