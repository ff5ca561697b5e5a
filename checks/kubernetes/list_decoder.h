// SPDX-License-Identifier: Apache-2.0
//
// A ListDecoder turns the body of one list page into documents while it arrives: each object
// is read as soon as its last byte is there, so that neither the page nor an object that
// nobody wants is ever held. A page whose bytes end early gives nothing at all.
//
// THREADS: one at a time.

#ifndef UPKEEP_CHECKS_KUBERNETES_LIST_DECODER_H_
#define UPKEEP_CHECKS_KUBERNETES_LIST_DECODER_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/document.h"
#include "base/status.h"
#include "checks/kubernetes/bracket_scanner.h"
#include "checks/kubernetes/projection.h"

namespace upkeep::kubernetes {

/// One page of a list.
struct ListPage {
  std::shared_ptr<const DocumentPage> documents;
  std::string resource_version;
  std::string continue_token;        ///< Empty on the last page.
  std::size_t bytes = 0;             ///< Of the body.
};

class ListDecoder {
 public:
  /// Larger objects are refused: etcd holds at most 1.5 MiB, aggregated servers may hold more.
  static constexpr std::size_t kMaxObjectBytes = std::size_t{16} << 20;
  /// Everything beside the items.
  static constexpr std::size_t kMaxEnvelopeBytes = std::size_t{1} << 20;

  /// `projection` must outlive the decoder.
  explicit ListDecoder(const Projection& projection);

  /// Takes the next bytes. kError when they are not the JSON of a list, kTruncated when an
  /// object is over its bound. After an error only Reset() may follow.
  Status Feed(std::string_view bytes);

  /// The continue token, as soon as it is known: built-in kinds say it before their items. Empty
  /// until then, and on the last page.
  const std::string& continue_token() const { return continue_token_; }

  /// The page, when its last byte has been fed: kTruncated when there should be more, kError
  /// when it was no list. The decoder is empty afterwards.
  Result<ListPage> Finish();

  /// Forgets the page, to read it again.
  void Reset();

  /// Bytes that the finished page will hold.
  std::size_t MemoryUsed() const { return builder_.MemoryUsed(); }

 private:
  enum class At { kStart, kEnvelope, kItemOrEnd, kItem, kInItem, kCommaOrEnd, kDone };
  Status Step(char byte);
  Status BeginItem(char byte);
  Status EndItem(std::string_view rest, std::size_t taken);
  void EnvelopeByte(char byte);
  void LookForToken();

  Extractor extractor_;
  DocumentBuilder builder_;
  At at_ = At::kStart;
  BracketScanner item_;              ///< Of the open item.
  int depth_ = 0;                    ///< Of brackets in the envelope.
  bool in_string_ = false, escaped_ = false;
  std::string word_, key_;           ///< Last string and last key of the list object itself.
  std::string envelope_;             ///< The list object with its items left out.
  std::vector<char> part_;           ///< What has come of an object that spans two calls.
  std::string continue_token_;
  std::size_t bytes_ = 0;
};

}  // namespace upkeep::kubernetes

#endif  // UPKEEP_CHECKS_KUBERNETES_LIST_DECODER_H_
