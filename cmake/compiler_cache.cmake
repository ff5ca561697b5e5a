# Compiles through ccache where there is one, with paths taken relative to the tree: a second clone
# of the same sources (CI's, a colleague's, a bare root's) then compiles next to nothing.
find_program(UPKEEP_CCACHE ccache)
if(UPKEEP_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
    ${UPKEEP_CCACHE})
endif()
