// SPDX-License-Identifier: Apache-2.0
//
// The Korean of the tool's own messages. A Status, a hint or a line for the terminal is made in
// English, and its English is the message's id, as with gettext: the catalogue in base/korean/*.txt
// has each message once, with "{}" where names and numbers are put in, beside its Korean. A text
// is therefore said in Korean when it is shown or stored, whoever made it and however long ago.
// tests/korean/messages_test.py fails for a message in the source that the catalogue lacks, and for
// one in the catalogue that no source says.
//
// What is not ours (a server's error, a name, a command) stays as it is; where it is prose it
// stands in quotation marks.
//
// THREADS: any; the catalogue is read once, by whoever asks first.

#ifndef UPKEEP_BASE_KOREAN_H_
#define UPKEEP_BASE_KOREAN_H_

#include <string>
#include <string_view>

#include "base/status.h"
#include "base/text.h"

namespace upkeep {

/// `english` in Korean, with what was put into it carried over.
std::string InKorean(std::string_view english);

/// `english` in the language "ko" or "en".
std::string In(std::string_view language, std::string_view english);

/// What is put into a Korean sentence of a playbook or a remedy: a message of ours in Korean, foreign
/// prose in quotation marks, a name or number as it is.
std::string ValueInKorean(std::string_view value);

/// Both languages, to be stored.
Text InBoth(std::string english);

/// Status::Describe() in the language "ko" or "en".
std::string Describe(const Status& status, std::string_view language);

/// True when two English words stand side by side in `text` outside of quotation marks, back
/// quotes and parts that are names, paths, flags or addresses. The tests of Korean reports and
/// the quotation of foreign text share it.
bool HasEnglishProse(std::string_view text);

}  // namespace upkeep

#endif  // UPKEEP_BASE_KOREAN_H_
