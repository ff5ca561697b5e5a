# SPDX-License-Identifier: Apache-2.0
# Redis 7: a primary, its replica and three sentinels in the clear; one more that speaks TLS only.
# shellcheck shell=bash

as_redis() { setpriv --reuid redis --regid redis --init-groups "$@"; }

# redis_at WHO USER COMMAND...: WHO is a server's name as in address().
redis_at() {
  local who=$1 user=$2 port=6379 tls=()
  shift 2
  case $who in
    sentinel-*) port=26379 ;;
    redis-tls) tls=(--tls --cacert "$pki/ca.crt") ;;
  esac
  if [[ "$user" == none ]]; then
    timeout 10 redis-cli -e -h "$(address "$who")" -p "$port" "${tls[@]}" "$@"
  else
    REDISCLI_AUTH=$(secret "redis.$user") timeout 10 redis-cli -e --no-auth-warning \
      -h "$(address "$who")" -p "$port" --user "$user" "${tls[@]}" "$@"
  fi
}

redis_hash() { printf '#%s' "$(secret "redis.$1" | sha256sum | cut -d' ' -f1)"; }

# The default user cannot log in; it keeps its rights because a starting server replays EXEC as it.
redis_users() {
  cat <<ACL
user default off ~* &* +@all
user admin on $(redis_hash admin) ~* &* +@all
user app on $(redis_hash app) ~* &* +@all -@admin -@dangerous
user upkeep on $(redis_hash upkeep) resetkeys resetchannels -@all +ping +info +cluster|info +role +dbsize +client|setname +slowlog|get +slowlog|len +latency|latest +memory|stats
user noinfo on $(redis_hash noinfo) resetkeys resetchannels -@all +ping +client|setname
user replica on $(redis_hash replica) resetkeys resetchannels -@all +psync +replconf +ping
user sentinel on $(redis_hash sentinel) resetkeys allchannels -@all +multi +slaveof +ping +exec +subscribe +config|rewrite +role +publish +info +client|setname +client|kill +script|kill
ACL
}

# redis_configure WHO: written anew at each start, because sentinels rewrite it.
redis_configure() {
  local who=$1 dir="$state/$1"
  install -d -o redis -g redis -m 750 "$dir"
  redis_users >"$dir/users.acl"
  {
    cat <<CONF
dir $dir
aclfile $dir/users.acl
maxmemory 32mb
maxmemory-policy noeviction
appendonly yes
appendfsync everysec
save 3600 1 300 100
daemonize no
protected-mode yes
latency-monitor-threshold 100
masteruser replica
masterauth $(secret redis.replica)
repl-diskless-sync-delay 0
repl-ping-replica-period 1
CONF
    if [[ "$who" == redis-tls ]]; then
      install -o redis -g redis -m 600 "$pki/redis-tls.key" "$dir/server.key"
      install -o redis -g redis -m 644 "$pki/redis-tls.crt" "$dir/server.crt"
      install -o redis -g redis -m 644 "$pki/ca.crt" "$dir/ca.crt"
      printf '%s\n' "bind $(address "$who")" 'port 0' 'tls-port 6379' 'tls-auth-clients no' \
        "tls-cert-file $dir/server.crt" "tls-key-file $dir/server.key" \
        "tls-ca-cert-file $dir/ca.crt"
    else
      # Everything comes from 127.0.0.1, so each says at which address it is to be found.
      printf '%s\n' "bind $(address "$who")" 'port 6379' "replica-announce-ip $(address "$who")"
    fi
    [[ "$who" != redis-replica ]] || printf 'replicaof %s 6379\n' "$(address redis-primary)"
  } >"$dir/redis.conf"
  chown redis:redis "$dir/redis.conf" "$dir/users.acl"
  chmod 600 "$dir/redis.conf" "$dir/users.acl"
}

redis_start_one() {
  local who=$1
  if ! unit_alive "$who"; then
    redis_configure "$who"
    # SIGXFSZ ignored, so that a file size limit (a fault) is an error that Redis reports.
    (
      trap '' XFSZ
      unit_start "$who" "$state/$who" TERM setpriv --reuid redis --regid redis --init-groups \
        redis-server "$state/$who/redis.conf"
    )
  fi
  wait_for "$who" 15 redis_answers "$who"
}

redis_answers() { [[ "$(redis_at "$1" admin ping)" == PONG ]]; }

sentinels_start() {
  local n dir
  for n in 1 2 3; do
    unit_alive "sentinel-$n" && continue
    dir="$state/sentinel-$n"
    install -d -o redis -g redis -m 750 "$dir"
    cat >"$dir/sentinel.conf" <<CONF
bind $(address "sentinel-$n")
port 26379
dir $dir
protected-mode no
daemonize no
sentinel announce-ip $(address "sentinel-$n")
sentinel monitor upkeep-test $(address redis-primary) 6379 2
sentinel auth-user upkeep-test sentinel
sentinel auth-pass upkeep-test $(secret redis.sentinel)
sentinel down-after-milliseconds upkeep-test 2000
sentinel failover-timeout upkeep-test 10000
sentinel parallel-syncs upkeep-test 1
CONF
    chown redis:redis "$dir/sentinel.conf"
    chmod 600 "$dir/sentinel.conf"
    unit_start "sentinel-$n" "$dir" TERM setpriv --reuid redis --regid redis --init-groups \
      redis-server "$dir/sentinel.conf" --sentinel
  done
  for n in 1 2 3; do
    wait_for "sentinel-$n" 15 sentinel_sees_all "$n"
  done
}

# Two other sentinels and the replica, else a failover would not be possible yet.
sentinel_sees_all() {
  [[ "$(redis_at "sentinel-$1" none info sentinel)" == *"status=ok"*"slaves=1,sentinels=3"* ]]
}

redis_start() {
  redis_start_one redis-primary
  redis_start_one redis-replica
  wait_for redis-replica 15 redis_linked
  sentinels_start
  redis_at redis-primary app set app:greeting hello >/dev/null
}

redis_linked() {
  [[ "$(redis_at redis-replica admin info replication)" == *"master_link_status:up"* ]]
}

redis_tls_start() { redis_start_one redis-tls; }

# After a failover: the first primary leads again, the replica follows, the sentinels start over.
redis_restore() {
  local who
  unit_stop sentinel-1 sentinel-2 sentinel-3
  rm -rf "$state"/sentinel-{1,2,3}
  for who in redis-primary redis-replica; do
    redis_start_one "$who"
  done
  redis_at redis-primary admin replicaof no one >/dev/null
  redis_at redis-replica admin replicaof "$(address redis-primary)" 6379 >/dev/null
  wait_for redis-replica 15 redis_linked
  sentinels_start
}
