# A tenth of compiling went into collecting garbage; a file takes a tenth more memory instead.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(--param=ggc-min-heapsize=2000000)
endif()

# Compiles through ccache where there is one, with paths taken relative to the tree: a second clone
# of the same sources (CI's, a colleague's, a bare root's) then compiles next to nothing.
find_program(UPKEEP_CCACHE ccache)
if(UPKEEP_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The sloppiness is what ccache asks for before it keeps what precompiled headers were part of.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_PCH_EXTSUM=1 ${UPKEEP_CCACHE})
endif()
