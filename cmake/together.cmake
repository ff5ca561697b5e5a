# UPKEEP_TOGETHER=ON compiles the sources of a room ten at a time, as one: a third of the time of one
# after the other, as most of it is reading headers and making the same templates again. Where files
# change one by one, in development, each is compiled by itself, which also finds a missing include.
option(UPKEEP_TOGETHER "Compile sources of one target together" OFF)

# upkeep_together(<target>): its sources are. Names in unnamed namespaces are then one room's.
function(upkeep_together target)
  if(UPKEEP_TOGETHER)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 10)
  endif()
endfunction()
