# SPDX-License-Identifier: Apache-2.0
# Faults of Redis; faults.sh has the rules.
# shellcheck shell=bash

# Sentinels would turn most faults into a failover within three seconds; where the fault itself is
# to be looked at they are told to wait a day. redis_restore sets them up anew.
sentinels_hold_back() {
  local n
  for n in 1 2 3; do
    redis_at "sentinel-$n" none sentinel set upkeep-test down-after-milliseconds 86400000 >/dev/null
  done
}

redis_info_has() { grep -qx "$3" < <(redis_at "$1" admin info "$2" | tr -d '\r'); }

fault_redis_stopped() {
  sentinels_hold_back
  unit_stop redis-primary
}
heal_redis_stopped() { redis_restore; }

fault_redis_paused() {
  sentinels_hold_back
  unit_freeze redis-primary
}
heal_redis_paused() {
  unit_thaw redis-primary
  redis_restore
}

# The sentinels are left to do their work: the replica becomes the primary.
fault_redis_failover() {
  unit_stop redis-primary
  fault_until 30 'the replica leads' redis_info_has redis-replica replication role:master
}
heal_redis_failover() { redis_restore; }

fault_redis_replica_stopped() {
  unit_stop redis-replica
  fault_until 10 'the primary has no replica' \
    redis_info_has redis-primary replication connected_slaves:0
}
heal_redis_replica_stopped() { redis_restore; }

# Filled to maxmemory for real, under noeviction: writes are refused.
fault_redis_oom() {
  local from
  # A megabyte a script: Redis asks for memory before a script, not within it.
  for ((from = 1; from <= 1024; from += 16)); do
    redis_at redis-primary admin eval "
      local body = string.rep('x', 65536)
      for n = $from, $from + 15 do redis.call('set', 'fault:oom:' .. n, body) end
      return 1" 0 >/dev/null 2>&1 || break
  done
  fault_until 5 'writes are refused' redis_out_of_memory
}
redis_out_of_memory() {
  local said
  said=$(redis_at redis-primary app set app:probe 1 2>&1) && return 1
  [[ "$said" == OOM* ]]
}
redis_takes() { [[ "$(redis_at redis-primary app set app:probe 1)" == OK ]]; }
heal_redis_oom() {
  redis_at redis-primary admin eval "
    local n = 1
    while redis.call('del', 'fault:oom:' .. n) == 1 do n = n + 1 end
    redis.call('del', 'app:probe')
    return n" 0 >/dev/null
  fault_until 5 'writes are taken' redis_takes
}

# A limit on file size makes the kernel refuse the append, as a full disk would: EFBIG.
# As its own user: root without CAP_SYS_RESOURCE may not, and the hard limit stays as it is.
redis_limit_files() { as_redis prlimit --pid "$(unit_pid redis-primary)" --fsize="$1:"; }

fault_redis_aof_failed() {
  local size
  sentinels_hold_back
  size=$(find "$state/redis-primary/appendonlydir" -name '*.incr.aof' -printf '%s\n' | sort -n |
    tail -n 1)
  redis_limit_files "$size"
  redis_at redis-primary app set app:probe 1 >/dev/null || true
  fault_until 10 'appending fails' redis_info_has redis-primary persistence \
    aof_last_write_status:err
}
heal_redis_aof_failed() {
  redis_limit_files unlimited
  fault_until 10 'appending works' redis_info_has redis-primary persistence aof_last_write_status:ok
  redis_restore
}

fault_redis_bgsave_failed() {
  sentinels_hold_back
  # Room for the append-only file, none for a snapshot of the megabyte written here.
  redis_at redis-primary admin eval "
    for n = 1, 1024 do redis.call('set', 'fault:save:' .. n, tostring(math.random()):rep(60)) end
    return 1" 0 >/dev/null
  redis_limit_files 4096
  redis_at redis-primary admin bgsave >/dev/null
  fault_until 10 'the snapshot fails' redis_info_has redis-primary persistence \
    rdb_last_bgsave_status:err
  redis_limit_files unlimited
}
heal_redis_bgsave_failed() {
  redis_limit_files unlimited
  redis_at redis-primary admin bgsave >/dev/null
  fault_until 10 'the snapshot succeeds' redis_info_has redis-primary persistence \
    rdb_last_bgsave_status:ok
  redis_at redis-primary admin eval "
    for n = 1, 1024 do redis.call('del', 'fault:save:' .. n) end
    return 1" 0 >/dev/null
  redis_restore
}
