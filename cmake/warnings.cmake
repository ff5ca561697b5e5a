# Every target of ours links upkeep_warnings: a warning is an error.
add_library(upkeep_warnings INTERFACE)
target_compile_options(upkeep_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wimplicit-fallthrough -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these inside the standard library at -O2 and under sanitizers, where nothing of ours is wrong.
  target_compile_options(upkeep_warnings INTERFACE
    -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
endif()
if(UPKEEP_TOGETHER)
  # A name of one file is no shadow of another's, and a type of one file no lack of linkage.
  target_compile_options(upkeep_warnings INTERFACE -Wno-shadow)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(upkeep_warnings INTERFACE -Wshadow=local -Wno-subobject-linkage)
  endif()
endif()
