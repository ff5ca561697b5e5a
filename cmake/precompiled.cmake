# UPKEEP_PRECOMPILE=ON parses the headers that most files include once: the builds with sanitizers
# then take about two thirds of the time. Releases do without, so that a missing include is found.
option(UPKEEP_PRECOMPILE "Precompile the headers that most files include" OFF)

# upkeep_precompiled_headers(<target> <library>... HEADERS <header>...): a set of headers that other
# targets reuse. It is a program, as they are where it matters: the compiler wants the same options.
function(upkeep_precompiled_headers name)
  cmake_parse_arguments(arg "" "" "HEADERS" ${ARGN})
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${name}.cc)
  file(CONFIGURE OUTPUT ${source} CONTENT "int main() { return 0; }\n")
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE ${arg_UNPARSED_ARGUMENTS} upkeep_warnings)
  target_precompile_headers(${name} PRIVATE ${arg_HEADERS})
  # The precompiled file has this path in it. What ccache goes by instead is what it is made of, so
  # that a clone at another path finds compiled what includes it.
  get_directory_property(options COMPILE_OPTIONS)
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${name}.dir/cmake_pch.hxx.gch.sum
    CONTENT "${name} ${CMAKE_CXX_COMPILER_VERSION} ${CMAKE_CXX_FLAGS_DEBUG} ${options} ${UPKEEP_COVERAGE} ${arg_HEADERS}\n")
endfunction()

set(upkeep_common_headers <algorithm> <chrono> <cstdint> <functional> <map> <memory> <optional>
  <set> <string> <string_view> <utility> <vector> <nlohmann/json.hpp>)
if(UPKEEP_PRECOMPILE)
  upkeep_precompiled_headers(upkeep_precompiled HEADERS ${upkeep_common_headers})
  target_compile_options(upkeep_precompiled PRIVATE -fPIC)  # As libraries are.
  upkeep_counted(upkeep_precompiled)
endif()
