// SPDX-License-Identifier: Apache-2.0
//
// A Projection is the set of field paths that somebody declared to read, and the copying of
// just those fields out of JSON text into a page of documents. What nobody declared is stepped
// over without being made.
//
// A path names keys joined by dots and holds everything below its end: "status.conditions".
// Arrays on the way are walked through: "spec.containers.image" is the image of each. A value
// on the way that is neither object nor array is left out (null inside an array, so that
// positions stay). No path at all keeps whole objects, but for metadata.managedFields, which
// is kept only when a path names it.
//
// THREADS: a Projection is immutable; an Extractor belongs to one thread at a time.

#ifndef UPKEEP_CHECKS_KUBERNETES_PROJECTION_H_
#define UPKEEP_CHECKS_KUBERNETES_PROJECTION_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/document.h"
#include "base/status.h"
#include "base/value.h"

namespace upkeep::kubernetes {

class Projection {
 public:
  /// Keeps everything but managedFields.
  Projection() = default;
  /// Keeps `paths`; everything, when there are none.
  explicit Projection(const std::vector<std::string>& paths);

  bool keeps_everything() const { return root_.below.empty(); }
  /// True when `path` and all below it is kept.
  bool Keeps(std::string_view path) const;
  /// What is kept of `object`: the same as the Extractor's answer, by the plain way.
  Value Of(const Value& object) const;

  struct Field {
    std::string name;
    bool whole = false;         ///< Everything below is kept; `below` is empty.
    std::vector<Field> below;   ///< Few: searched in order.
    const Field* Find(std::string_view key) const;
  };
  const Field& root() const { return root_; }

 private:
  Field root_;
};

/// Reads JSON objects one after another into a DocumentBuilder.
class Extractor {
 public:
  /// Bytes that must be readable behind the text given to Add(); their values do not matter.
  static const std::size_t kPadding;

  /// `projection` must outlive the extractor.
  explicit Extractor(const Projection& projection);
  ~Extractor();
  Extractor(const Extractor&) = delete;
  Extractor& operator=(const Extractor&) = delete;

  /// Adds the fields of the object in `text` to `builder` as one document. kError when it is no
  /// JSON object (then `builder` is as before).
  /// REQUIRES: `text` begins with '{' and ends with the '}' that closes it, and kPadding bytes
  /// behind it are readable.
  Status Add(std::string_view text, DocumentBuilder& builder);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace upkeep::kubernetes

#endif  // UPKEEP_CHECKS_KUBERNETES_PROJECTION_H_
