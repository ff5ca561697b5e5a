// SPDX-License-Identifier: Apache-2.0
//
// The style sheet that every HTML report carries inside: light, dark, print, and narrow windows.

#ifndef UPKEEP_REPORTS_HTML_STYLE_H_
#define UPKEEP_REPORTS_HTML_STYLE_H_

namespace upkeep::reports {

extern const char kHtmlStyle[];

}  // namespace upkeep::reports

#endif  // UPKEEP_REPORTS_HTML_STYLE_H_
