// SPDX-License-Identifier: Apache-2.0
//
// What base/io calls of libcurl, which is loaded when it is first needed (base/late_library.h).
#include "base/io/late_libcurl.h"

#include <curl/curl.h>

#include <cstdarg>

#include "base/late_library.h"

namespace {

constexpr upkeep::LateLibrary kLibcurl("libcurl.so.4", "libcurl4");
UPKEEP_NEEDS_LATER("libcurl.so.4", "http");

}  // namespace

namespace upkeep::io {

Status StartLibcurl() {
  static const Status started = [] {
    Status loaded = kLibcurl.Load();
    if (!loaded.ok()) return loaded;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) return Status::Ok();
    return Status(Code::kInternal, "libcurl could not be started");
  }();
  return started;
}

}  // namespace upkeep::io

// Checks of an option's type are macros of these names.
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

UPKEEP_FORWARD(kLibcurl, CURLcode, curl_global_init, (long flags), (flags))
UPKEEP_FORWARD(kLibcurl, void, curl_free, (void* text), (text))

UPKEEP_FORWARD(kLibcurl, CURL*, curl_easy_init, (), ())
UPKEEP_FORWARD(kLibcurl, void, curl_easy_cleanup, (CURL * easy), (easy))
UPKEEP_FORWARD(kLibcurl, const char*, curl_easy_strerror, (CURLcode code), (code))

// A long, an offset and a pointer are handed over alike where all three have 64 bits.
static_assert(sizeof(long) == sizeof(void*) && sizeof(curl_off_t) == sizeof(void*));
#define UPKEEP_FORWARD_ONE_MORE(type, name, first, second)                         \
  extern "C" type name(first* handle, second what, ...) {                          \
    static auto* const found = reinterpret_cast<decltype(&name)>(kLibcurl.Find(#name)); \
    va_list more;                                                                  \
    va_start(more, what);                                                          \
    void* const value = va_arg(more, void*);                                       \
    va_end(more);                                                                  \
    return found(handle, what, value);                                             \
  }
UPKEEP_FORWARD_ONE_MORE(CURLcode, curl_easy_setopt, CURL, CURLoption)
UPKEEP_FORWARD_ONE_MORE(CURLcode, curl_easy_getinfo, CURL, CURLINFO)
UPKEEP_FORWARD_ONE_MORE(CURLMcode, curl_multi_setopt, CURLM, CURLMoption)
#undef UPKEEP_FORWARD_ONE_MORE

UPKEEP_FORWARD(kLibcurl, CURLM*, curl_multi_init, (), ())
UPKEEP_FORWARD(kLibcurl, CURLMcode, curl_multi_cleanup, (CURLM * multi), (multi))
UPKEEP_FORWARD(kLibcurl, CURLMcode, curl_multi_add_handle, (CURLM * multi, CURL* easy), (multi, easy))
UPKEEP_FORWARD(kLibcurl, CURLMcode, curl_multi_remove_handle, (CURLM * multi, CURL* easy), (multi, easy))
UPKEEP_FORWARD(kLibcurl, CURLMcode, curl_multi_perform, (CURLM * multi, int* running), (multi, running))
UPKEEP_FORWARD(kLibcurl, CURLMsg*, curl_multi_info_read, (CURLM * multi, int* left), (multi, left))
UPKEEP_FORWARD(kLibcurl, const char*, curl_multi_strerror, (CURLMcode code), (code))
UPKEEP_FORWARD(kLibcurl, CURLMcode, curl_multi_poll,
               (CURLM * multi, curl_waitfd extra[], unsigned int count, int at_most_ms, int* ready),
               (multi, extra, count, at_most_ms, ready))

UPKEEP_FORWARD(kLibcurl, curl_slist*, curl_slist_append, (curl_slist * list, const char* line), (list, line))
UPKEEP_FORWARD(kLibcurl, void, curl_slist_free_all, (curl_slist * list), (list))

UPKEEP_FORWARD(kLibcurl, CURLU*, curl_url, (), ())
UPKEEP_FORWARD(kLibcurl, void, curl_url_cleanup, (CURLU * url), (url))
UPKEEP_FORWARD(kLibcurl, const char*, curl_url_strerror, (CURLUcode code), (code))
UPKEEP_FORWARD(kLibcurl, CURLUcode, curl_url_get,
               (CURLU * url, CURLUPart part, char** text, unsigned int flags), (url, part, text, flags))
UPKEEP_FORWARD(kLibcurl, CURLUcode, curl_url_set,
               (CURLU * url, CURLUPart part, const char* text, unsigned int flags), (url, part, text, flags))
