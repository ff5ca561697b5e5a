# Writes the catalogue's text files FROM (a list) into the C++ source TO as kKoreanCatalogue, which
# korean.cc declares. A string literal has a limit of 64 KiB in the standard, so each file is one.
set(source "// Made from base/korean/*.txt; edit those.\n#include <string_view>\n\nnamespace upkeep {\nextern const std::string_view kKoreanCatalogue[];\nextern const unsigned kKoreanCatalogueSize;\nconst std::string_view kKoreanCatalogue[] = {\n")
set(count 0)
string(REPLACE "|" ";" FROM "${FROM}")
foreach(file IN LISTS FROM)
  file(READ "${file}" text)
  string(APPEND source "R\"upkeep(${text})upkeep\",\n")
  math(EXPR count "${count} + 1")
endforeach()
string(APPEND source "};\nconst unsigned kKoreanCatalogueSize = ${count};\n}  // namespace upkeep\n")
file(WRITE "${TO}" "${source}")
