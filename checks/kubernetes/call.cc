// SPDX-License-Identifier: Apache-2.0
#include "checks/kubernetes/call.h"

#include <array>
#include <set>

namespace upkeep::kubernetes {
namespace {

struct Signature {
  std::string_view name;
  Function function;
  std::string_view usage;
};

constexpr std::array kSignatures = {
    Signature{"list", Function::kList,
              "list(resource, {namespace, label_selector, field_selector}?)"},
    Signature{"get", Function::kGet, "get(resource, namespace or nil, name)"},
    Signature{"events", Function::kEvents, "events({kind, namespace, name, uid})"},
    Signature{"node_stats", Function::kNodeStats, "node_stats(node)"},
    Signature{"log", Function::kLog,
              "log(namespace, pod, container or nil, {previous, timestamps, tail_lines, "
              "since_seconds, limit_bytes}?)"},
    Signature{"version", Function::kVersion, "version()"},
    Signature{"server_time", Function::kServerTime, "server_time()"},
    Signature{"installed", Function::kInstalled, "installed(group)"},
    Signature{"can", Function::kCan, "can(need, namespace?)"},
    Signature{"delete", Function::kDelete,
              "delete(resource, namespace or nil, name, {uid, resource_version, dry_run, "
              "grace_seconds, propagation}?)"},
    Signature{"patch", Function::kPatch,
              "patch(resource, namespace or nil, name, patch, {type, uid, resource_version, "
              "dry_run}?)"},
    Signature{"create", Function::kCreate,
              "create(resource, namespace or nil, object, {dry_run}?)"},
};

/// Takes arguments one by one; the first thing that is wrong stays.
class Arguments {
 public:
  Arguments(const Value& list, std::string_view usage) : list_(list), usage_(usage) {
    if (!list.is_array()) Fail("the arguments are no list");
  }

  std::string String(std::size_t at, std::string_view what) {
    const Value value = At(at);
    if (value.is_string() && !value.get_ref<const std::string&>().empty()) {
      return value.get<std::string>();
    }
    Fail(std::string(what) + " must be a string");
    return "";
  }

  std::string StringOrNil(std::size_t at, std::string_view what) {
    return At(at).is_null() ? "" : String(at, what);
  }

  /// The options table; its keys are then asked for, and Finish() refuses all others.
  void Options(std::size_t at) {
    options_ = At(at);
    if (options_.is_array() && options_.empty()) options_ = Value::object();  // Lua's {}.
    if (options_.is_null()) options_ = Value::object();
    if (!options_.is_object()) {
      Fail("the options must be a table");
      options_ = Value::object();
    }
    most_ = at + 1;
  }
  std::string Text(std::string_view key) {
    const Value value = Option(key);
    if (value.is_null()) return "";
    if (!value.is_string()) Fail(std::string(key) + " must be a string");
    return value.is_string() ? value.get<std::string>() : "";
  }
  bool Flag(std::string_view key) {
    const Value value = Option(key);
    if (!value.is_null() && !value.is_boolean()) Fail(std::string(key) + " must be true or false");
    return value.is_boolean() && value.get<bool>();
  }
  std::int64_t Count(std::string_view key, std::int64_t fallback, std::int64_t most) {
    const Value value = Option(key);
    if (value.is_null()) return fallback;
    // Lua may hand over 20 as 20.0.
    const double number = value.is_number() ? value.get<double>() : -1;
    if (number < 0 || number > static_cast<double>(most) ||
        number != static_cast<double>(static_cast<std::int64_t>(number))) {
      Fail(std::string(key) + " must be a whole number from 0 to " + std::to_string(most));
      return fallback;
    }
    return static_cast<std::int64_t>(number);
  }
  bool Has(std::string_view key) const { return options_.contains(key); }

  Value Table(std::size_t at, std::string_view what) {
    Value value = At(at);
    if (!value.is_structured()) Fail(std::string(what) + " must be a table");
    return value;
  }

  void AtMost(std::size_t count) { most_ = count; }
  void Fail(std::string why) {
    if (failed_.ok()) {
      failed_ = Status(Code::kInvalid, "kubernetes." + std::string(usage_.substr(0, usage_.find('('))) +
                                           ": " + std::move(why))
                    .WithHint("call it as kubernetes." + std::string(usage_));
    }
  }
  void Fail(const Status& status) {
    if (failed_.ok()) failed_ = status;
  }
  Status Finish() {
    for (const auto& [key, value] : options_.items()) {
      if (!taken_.contains(key)) Fail("there is no option " + key);
    }
    for (std::size_t at = most_; list_.is_array() && at < list_.size(); ++at) {
      if (!list_[at].is_null()) Fail("there are too many arguments");
    }
    return failed_;
  }
  std::size_t size() const { return list_.is_array() ? list_.size() : 0; }

 private:
  Value At(std::size_t at) const {
    return list_.is_array() && at < list_.size() ? list_[at] : Value();
  }
  Value Option(std::string_view key) {
    taken_.emplace(key);
    const auto found = options_.find(key);
    return found == options_.end() ? Value() : *found;
  }

  const Value& list_;
  const std::string_view usage_;
  Value options_ = Value::object();
  std::set<std::string, std::less<>> taken_;
  std::size_t most_ = 0;
  Status failed_;
};

checks::Need NeedFor(std::string verb, std::string object) {
  checks::Need need;
  need.module = "kubernetes";
  need.verb = std::move(verb);
  need.object = std::move(object);
  return need;
}

void TakeResource(Arguments& arguments, Call& call) {
  call.resource = arguments.String(0, "the resource");
  if (const auto resource = ParseResource(call.resource); !resource.ok()) {
    arguments.Fail(resource.status());
  }
}

// (resource, namespace, name) or, for what lives in no namespace, (resource, name).
std::size_t TakeObject(Arguments& arguments, Call& call, bool short_form) {
  TakeResource(arguments, call);
  if (short_form && arguments.size() == 2) {
    call.name = arguments.String(1, "the name");
    return 2;
  }
  call.space = arguments.StringOrNil(1, "the namespace");
  call.name = arguments.String(2, "the name");
  return 3;
}

void TakeWriteOptions(Arguments& arguments, Call& call) {
  call.write.dry_run = arguments.Flag("dry_run");
  if (call.function == Function::kCreate) return;
  call.write.uid = arguments.Text("uid");
  call.write.resource_version = arguments.Text("resource_version");
  if (call.function == Function::kPatch) {
    if (arguments.Has("type")) call.write.patch_type = arguments.Text("type");
    return;
  }
  call.write.propagation = arguments.Text("propagation");
  if (arguments.Has("grace_seconds")) {
    call.write.grace_seconds = arguments.Count("grace_seconds", 0, 86'400);
  }
}

void TakeList(Arguments& arguments, Call& call) {
  TakeResource(arguments, call);
  arguments.Options(1);
  call.query.resource = call.resource;
  call.query.space = arguments.Text("namespace");
  call.query.label_selector = arguments.Text("label_selector");
  call.query.field_selector = arguments.Text("field_selector");
  call.need = NeedFor("list", call.resource);
}

void TakeEvents(Arguments& arguments, Call& call) {
  arguments.Options(0);
  call.query.resource = "events";
  call.query.space = arguments.Text("namespace");
  for (const auto& [option, field] : {std::pair{"kind", "kind"}, {"name", "name"}, {"uid", "uid"}}) {
    const std::string value = arguments.Text(option);
    if (value.empty()) continue;
    // These characters would end the selector's term.
    if (value.find_first_of(",=!\\") != std::string::npos) {
      arguments.Fail(std::string(option) + " can't be part of a field selector");
    }
    if (!call.query.field_selector.empty()) call.query.field_selector += ',';
    call.query.field_selector += std::string("involvedObject.") + field + "=" + value;
  }
  if (call.query.field_selector.empty()) arguments.Fail("the object has neither name nor uid");
  call.need = NeedFor("list", "events");
}

void TakeLog(Arguments& arguments, Call& call) {
  call.space = arguments.String(0, "the namespace");
  call.name = arguments.String(1, "the pod");
  call.log.container = arguments.StringOrNil(2, "the container");
  arguments.Options(3);
  call.log.previous = arguments.Flag("previous");
  call.log.timestamps = arguments.Flag("timestamps");
  call.log.tail_lines = arguments.Count("tail_lines", 0, 1'000'000);
  call.log.since_seconds = arguments.Count("since_seconds", 0, 31'536'000);
  call.log.limit_bytes = arguments.Count("limit_bytes", call.log.limit_bytes, 8 << 20);
  if (call.log.limit_bytes == 0) arguments.Fail("limit_bytes must be at least 1");
  call.need = NeedFor("get", "pods/log");
}

void TakeCan(Arguments& arguments, Call& call) {
  const Result<checks::Need> asked = checks::ParseNeed(arguments.String(0, "the need"));
  if (!asked.ok()) {
    arguments.Fail(asked.status());
  } else if (asked->module != "kubernetes") {
    arguments.Fail("the need must be one of kubernetes");
  } else {
    call.asked = *asked;
  }
  call.space = arguments.StringOrNil(1, "the namespace");
  arguments.AtMost(2);
  call.need = NeedFor("get", "selfsubjectaccessreviews");
}

void TakeChange(Arguments& arguments, Call& call, std::string verb) {
  if (call.function == Function::kCreate) {
    TakeResource(arguments, call);
    call.space = arguments.StringOrNil(1, "the namespace");
    call.object = arguments.Table(2, "the object");
    arguments.Options(3);
  } else {
    std::size_t next = TakeObject(arguments, call, call.function == Function::kDelete);
    if (call.function == Function::kPatch) call.object = arguments.Table(next++, "the patch");
    arguments.Options(next);
  }
  TakeWriteOptions(arguments, call);
  call.need = NeedFor(std::move(verb), call.resource);
}

}  // namespace

const std::vector<std::string>& FunctionNames() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const Signature& signature : kSignatures) names.emplace_back(signature.name);
    return names;
  }();
  return kNames;
}

Result<Call> ReadCall(std::string_view function, const Value& list) {
  const Signature* signature = nullptr;
  for (const Signature& known : kSignatures) {
    if (known.name == function) signature = &known;
  }
  if (signature == nullptr) {
    return Status(Code::kInvalid, "upkeep.kubernetes has no function " + std::string(function));
  }
  Call call;
  call.function = signature->function;
  Arguments arguments(list, signature->usage);
  switch (call.function) {
    case Function::kList: TakeList(arguments, call); break;
    case Function::kEvents: TakeEvents(arguments, call); break;
    case Function::kLog: TakeLog(arguments, call); break;
    case Function::kCan: TakeCan(arguments, call); break;
    case Function::kDelete: TakeChange(arguments, call, "delete"); break;
    case Function::kPatch: TakeChange(arguments, call, "patch"); break;
    case Function::kCreate: TakeChange(arguments, call, "create"); break;
    case Function::kGet:
      arguments.AtMost(TakeObject(arguments, call, true));
      call.need = NeedFor("get", call.resource);
      break;
    case Function::kNodeStats:
      call.name = arguments.String(0, "the node");
      if (Status fine = CheckName(call.name); !fine.ok()) arguments.Fail(fine);
      arguments.AtMost(1);
      call.need = NeedFor("get", "nodes/proxy");
      break;
    case Function::kVersion:
    case Function::kServerTime:
      call.need = NeedFor("get", "version");
      break;
    case Function::kInstalled:
      call.group = arguments.String(0, "the group");
      arguments.AtMost(1);
      call.need = NeedFor("get", "apis");
      break;
  }
  if (Status finished = arguments.Finish(); !finished.ok()) return finished;
  return call;
}

}  // namespace upkeep::kubernetes
