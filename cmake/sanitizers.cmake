# UPKEEP_SANITIZE=address;undefined or thread; UPKEEP_COVERAGE=ON for gcov counters.
set(UPKEEP_SANITIZE "" CACHE STRING "Sanitizers to build with, as a list")
option(UPKEEP_COVERAGE "Count executed lines" OFF)
if(UPKEEP_SANITIZE)
  list(JOIN UPKEEP_SANITIZE "," upkeep_sanitizers)
  add_compile_options(-fsanitize=${upkeep_sanitizers} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${upkeep_sanitizers})
endif()
if(UPKEEP_COVERAGE)
  # Without names of symbols, which counting needs none of: half of the eight gigabytes.
  add_link_options(--coverage -s)
endif()
if(UPKEEP_SANITIZE OR UPKEEP_COVERAGE)
  # A hundred and fifty programs: GNU ld takes a second or more for each, mold a fifth of that.
  find_program(UPKEEP_MOLD mold)
  if(UPKEEP_MOLD)
    add_link_options(-fuse-ld=mold)
  endif()
endif()

# upkeep_counted(<target>): its lines are counted. Only the rooms' are, not the tests': ccache keeps
# what counts for one path alone, so that a clone at another path compiles all of it again.
function(upkeep_counted target)
  if(UPKEEP_COVERAGE)
    # Not -fprofile-update=atomic: ccache keeps nothing that was compiled with it, and a count that
    # a race loses is still a line that was executed.
    target_compile_options(${target} PRIVATE --coverage)
  endif()
endfunction()
