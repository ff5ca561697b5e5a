// SPDX-License-Identifier: Apache-2.0
//
// Registered keys: who somebody is where the operating system can't tell, as in a pod in which
// everybody has one uid. A key is an Ed25519 public key (PEM) in a folder, NAME.pub, where NAME
// is the person's account name. Registering is the administrator's act: the folder and its files
// count only when root owns them and nobody else may write them.
//
// A decision is signed: plan hash, plan number, approve or deny, and the reason. The signature is
// kept with the approval and verified again before anything is applied.
//
// THREADS: plain values; functions may be called from any thread.

#ifndef UPKEEP_RUNNER_REMEDY_APPROVAL_KEY_H_
#define UPKEEP_RUNNER_REMEDY_APPROVAL_KEY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "runner/store/plans.h"

namespace upkeep::remedy {

struct RegisteredKey {
  std::string name;
  std::string public_key;     ///< 32 raw bytes.
  std::string fingerprint;    ///< "SHA256:" and lower-case hexadecimal, of the raw bytes.
};

class KeyRing {
 public:
  KeyRing() = default;
  explicit KeyRing(std::vector<RegisteredKey> keys) : keys_(std::move(keys)) {}
  const RegisteredKey* Find(std::string_view fingerprint) const;
  const std::vector<RegisteredKey>& keys() const { return keys_; }

 private:
  std::vector<RegisteredKey> keys_;
};

/// Who may have put keys there.
enum class Trust { kRootOnly, kAnyOwner };

/// The keys in `folder`; none when there is no such folder. kConfig for a file that is no Ed25519
/// public key, a key registered twice, and a folder or file that others than root could have
/// written. kAnyOwner is for tests.
Result<KeyRing> ReadKeys(const std::string& folder, Trust trust = Trust::kRootOnly);

/// The bytes that a decision's signature covers.
std::string DecisionText(const store::Approval& approval);
struct Signature {
  std::string fingerprint;    ///< Of the private key's public half.
  std::string base64;
};

/// Signs `text` with the private key (PEM, Ed25519, not encrypted) in `file`. kConfig when it is
/// none, or when others than its owner may read it.
Result<Signature> Sign(const std::string& file, std::string_view text);

/// kDenied when the signature is not this key's over `text`.
Status Verify(const RegisteredKey& key, std::string_view text, std::string_view base64);

}  // namespace upkeep::remedy

#endif  // UPKEEP_RUNNER_REMEDY_APPROVAL_KEY_H_
