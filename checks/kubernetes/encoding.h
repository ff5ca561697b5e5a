// SPDX-License-Identifier: Apache-2.0
//
// Base64 as kubeconfigs and Secrets hold it, and percent-encoding for parts of URLs.

#ifndef UPKEEP_CHECKS_KUBERNETES_ENCODING_H_
#define UPKEEP_CHECKS_KUBERNETES_ENCODING_H_

#include <optional>
#include <string>
#include <string_view>

namespace upkeep::kubernetes {

/// The bytes of standard base64; blanks and line ends are passed over. Nothing when it is none.
std::optional<std::string> DecodeBase64(std::string_view text);

std::string EncodeBase64(std::string_view bytes);

/// Everything but letters, digits and "-._~" as %XX.
std::string PercentEncode(std::string_view text);

}  // namespace upkeep::kubernetes

#endif  // UPKEEP_CHECKS_KUBERNETES_ENCODING_H_
