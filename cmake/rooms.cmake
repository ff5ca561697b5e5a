# upkeep_library(<name> SOURCES ... HEADERS ... USES ... [PRIVATE_USES ...] [OWN_DEFINES] [OPTIMISED])
#
# One folder, one target: upkeep::<name>. HEADERS are its public contract, USES the libraries
# whose headers its own headers need, PRIVATE_USES those that only its sources need. OWN_DEFINES
# says that a library below it defines macros that change system headers: it parses its own.
# OPTIMISED says that tests walk through it a hundred million times: debug builds optimise it, too.
function(upkeep_library name)
  cmake_parse_arguments(arg "OWN_DEFINES;OPTIMISED" "" "SOURCES;HEADERS;USES;PRIVATE_USES" ${ARGN})
  add_library(upkeep_${name} STATIC ${arg_SOURCES})
  add_library(upkeep::${name} ALIAS upkeep_${name})
  target_sources(upkeep_${name}
    PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${arg_HEADERS})
  target_link_libraries(upkeep_${name}
    PUBLIC ${arg_USES} PRIVATE ${arg_PRIVATE_USES} upkeep_warnings)
  upkeep_counted(upkeep_${name})
  upkeep_together(upkeep_${name})
  if(arg_OPTIMISED)
    target_compile_options(upkeep_${name} PRIVATE $<$<CONFIG:Debug>:-O1>)
  endif()
  # Headers that were precompiled with other options are of no use.
  if(UPKEEP_PRECOMPILE AND NOT arg_OWN_DEFINES AND NOT arg_OPTIMISED)
    target_precompile_headers(upkeep_${name} REUSE_FROM upkeep_precompiled)
  endif()
endfunction()
