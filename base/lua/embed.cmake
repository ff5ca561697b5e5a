# Writes the text file FROM into the C++ source TO as kLibrary_NAME (see library.h).
file(READ "${FROM}" text)
file(WRITE "${TO}" "// Made from library/${NAME}.lua; edit that.\n#include \"base/lua/library.h\"\n\nnamespace upkeep::lua {\nconst char kLibrary_${NAME}[] = R\"upkeep(${text})upkeep\";\n}  // namespace upkeep::lua\n")
