// SPDX-License-Identifier: Apache-2.0
#include "checks/kubernetes/credentials.h"

#include <sys/stat.h>

namespace upkeep::kubernetes {
namespace {

// A credential this near its end is not shown any more: the request takes time, too.
constexpr std::chrono::seconds kSpare{10};

// Changes whenever the file does, also when a symbolic link on the way is turned (as kubelet
// does with projected tokens).
std::string StampOf(const std::string& path) {
  struct stat found{};
  if (stat(path.c_str(), &found) != 0) return "";
  return std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino) + ":" +
         std::to_string(found.st_size) + ":" + std::to_string(found.st_mtim.tv_sec) + ":" +
         std::to_string(found.st_mtim.tv_nsec);
}

bool IsFresh(const ExecCredential& credential) {
  return !credential.expires || *credential.expires > std::chrono::system_clock::now() + kSpare;
}

}  // namespace

Result<std::string> Credentials::Token() {
  if (exec_ && !exec_->token.empty()) return exec_->token;
  if (access_.token_file.empty()) return access_.token;
  const std::string stamp = StampOf(access_.token_file);
  if (!stamp.empty() && stamp == file_stamp_) return file_token_;
  Result<std::string> read = ReadSmallFile(access_.token_file);
  if (!read.ok()) return read.status();
  std::string token = *std::move(read);
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r' || token.back() == ' ')) {
    token.pop_back();
  }
  if (token.find_first_of("\r\n") != std::string::npos) {
    return Status(Code::kConfig, access_.token_file + " holds more than one line");
  }
  if (token.empty()) return Status(Code::kConfig, access_.token_file + " is empty");
  redactor_.Add(token);
  file_token_ = token;
  file_stamp_ = stamp;
  return token;
}

Task<Status> Credentials::RunPlugin(Limits limits) {
  Gate::Waiter enter(plugin_gate_);
  const Gate::Place place = co_await enter;
  if (exec_ && IsFresh(*exec_)) co_return Status::Ok();  // Somebody ran it meanwhile.
  Result<ExecCredential> ran =
      co_await RunExecPlugin(reactor_, *access_.exec, ExecInfo(*access_.exec, access_), limits.Within(kExecTime));
  if (!ran.ok()) co_return ran.status();
  exec_ = *std::move(ran);
  if (!exec_->token.empty()) redactor_.Add(exec_->token);
  if (!exec_->private_key_pem.empty()) redactor_.Add(exec_->private_key_pem);
  if (!IsFresh(*exec_)) {
    exec_.reset();
    co_return Status(Code::kError, "credential plugin " + access_.exec->arguments.front() +
                                       ": its credential has already expired");
  }
  co_return Status::Ok();
}

Task<Result<Identity>> Credentials::Current(Limits limits) {
  if (access_.exec && !(exec_ && IsFresh(*exec_))) {
    if (Status ran = co_await RunPlugin(limits); !ran.ok()) co_return ran;
  }
  Identity identity;
  identity.certificate_pem = access_.tls.certificate_pem;
  identity.private_key_pem = access_.tls.private_key_pem;
  if (exec_ && !exec_->certificate_pem.empty()) {
    identity.certificate_pem = exec_->certificate_pem;
    identity.private_key_pem = exec_->private_key_pem;
  }
  Result<std::string> token = Token();
  if (!token.ok()) co_return token.status();
  if (!token->empty()) {
    identity.headers.emplace_back("Authorization", "Bearer " + *token);
  } else {
    identity.user = access_.user;
    identity.password = access_.password;
  }
  if (!access_.impersonate_user.empty()) {
    identity.headers.emplace_back("Impersonate-User", access_.impersonate_user);
    if (!access_.impersonate_uid.empty()) {
      identity.headers.emplace_back("Impersonate-Uid", access_.impersonate_uid);
    }
    for (const std::string& group : access_.impersonate_groups) {
      identity.headers.emplace_back("Impersonate-Group", group);
    }
  }
  co_return identity;
}

bool Credentials::Refuse() {
  const bool had = exec_.has_value() || !file_stamp_.empty();
  exec_.reset();
  file_stamp_.clear();
  return had;
}

}  // namespace upkeep::kubernetes
