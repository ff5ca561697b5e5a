# SPDX-License-Identifier: Apache-2.0
# An instance: its slot of addresses 127.77.SLOT.x, its folder, its start and its end.
# shellcheck shell=bash

# address WHO: the loopback address of a server in this instance. README.md has the same table.
address() {
  local host
  case $1 in
    keeper) host=1 ;;
    postgres-primary) host=10 ;;
    postgres-standby) host=11 ;;
    redis-primary) host=20 ;;
    redis-replica) host=21 ;;
    sentinel-1) host=22 ;;
    sentinel-2) host=23 ;;
    sentinel-3) host=24 ;;
    redis-tls) host=25 ;;
    mariadb-primary) host=30 ;;
    mariadb-replica) host=31 ;;
    nginx) host=40 ;;
    nginx-expiring) host=41 ;;
    nginx-expired) host=42 ;;
    nginx-wrong-name) host=43 ;;
    nginx-self-signed) host=44 ;;
    minio) host=50 ;;
    webhook) host=60 ;;
    smtp) host=61 ;;
    never) host=70 ;;
    cut) host=71 ;;
    refused) host=72 ;;
    slow) host=73 ;;
    *) die "no address for '$1'" ;;
  esac
  printf '127.77.%s.%s\n' "$(<"$state/slot")" "$host"
}

need_instance() {
  unit_alive keeper || die "no instance '$name' is up: servers --name $name up"
}

# Passwords differ per instance; files hold the bare value, no newline, for root alone.
secret() { cat "$state/secrets/$1"; }
secret_file() { printf '%s\n' "$state/secrets/$1"; }

secrets_make() {
  local who
  mkdir -p "$state/secrets"
  chmod 700 "$state/secrets"
  [[ -e "$state/secrets/done" ]] && return
  (
    umask 077
    for who in pg.{replicator,upkeep,upkeep_bare,upkeep_write,app} \
      redis.{admin,upkeep,noinfo,app,replica,sentinel} mariadb.{upkeep,upkeep_bare,app,replica} \
      minio.password smtp.upkeep; do
      openssl rand -hex 16 | tr -d '\n' >"$state/secrets/$who"
    done
    printf upkeeptest >"$state/secrets/minio.user"
    : >"$state/secrets/done"
  )
}

check_machine() {
  local tool missing=()
  ((EUID == 0)) || die "must run as root: the databases get users of their own (sudo $0 ...)"
  for tool in openssl setpriv setsid flock prlimit curl /usr/bin/python3 \
    /usr/lib/postgresql/15/bin/{postgres,initdb,pg_basebackup,psql} redis-server redis-cli \
    mariadbd mariadb mariadb-install-db nginx; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  ((${#missing[@]} == 0)) ||
    die "missing: ${missing[*]}; do: apt-get install -y \$(cat $here/packages.txt)"
  # Paths appear in configuration files of six syntaxes.
  [[ "$state" =~ ^/[A-Za-z0-9._/+-]+$ ]] || die "the path $state holds unusual characters"
  mkdir -p "$state"
  setpriv --reuid postgres --regid postgres --clear-groups test -x "$state" ||
    die "user postgres cannot enter $state: set UPKEEP_STATE_DIR to a folder open to all"
  ((${#state} <= 70)) || die "the path $state is too long for PostgreSQL's socket (70 at most)"
}

keeper_start() {
  unit_alive keeper && return
  rm -f "$state/slot.claimed"
  unit_start keeper "$state" TERM /usr/bin/python3 "$here/programs/keeper.py" \
    --slot-file "$state/slot" --owner "$1" --down "$here/servers" --name "$name"
  wait_for keeper 10 test -e "$state/slot.claimed"
}

instance_up() {
  local owner=0 wanted=() server failed=()
  if [[ "${1:-}" == --owner ]]; then
    owner=${2:?--owner needs a pid}
    shift 2
  fi
  wanted=("$@")
  ((${#wanted[@]})) || wanted=("${all_servers[@]}")
  for server in "${wanted[@]}"; do
    [[ " ${all_servers[*]} " == *" $server "* ]] || die "no server '$server': ${all_servers[*]}"
    # nginx passes /slow and /never on to the broken one.
    [[ "$server" != nginx ]] || wanted+=(broken)
  done
  mapfile -t wanted < <(printf '%s\n' "${wanted[@]}" | sort -u)
  check_machine
  [[ " ${wanted[*]} " != *" minio "* ]] || minio_build

  trap 'exit 130' INT TERM HUP
  trap 'say "did not come up: ending what was started"; instance_down' EXIT
  keeper_start "$owner"
  secrets_make
  certificates_make
  mkdir -p "$state/faults"
  for server in "${wanted[@]}"; do
    # A group is a unit too: a down beside a killed up must end it before it starts more.
    group_start "$server"
  done
  for server in "${wanted[@]}"; do
    group_wait "$server" || failed+=("$server")
  done
  if ((${#failed[@]})); then
    for server in "${failed[@]}"; do
      say "--- $server did not come up"
      tail -n 40 "$state/log/up-$server.log" >&2
    done
    die "failed: ${failed[*]}"
  fi
  trap - EXIT INT TERM HUP
  printf '%s\n' "${wanted[@]}" >>"$state/wanted"
  sort -u -o "$state/wanted" "$state/wanted"
  say "instance $name is up at 127.77.$(<"$state/slot").x: ${wanted[*]}"
}

declare -A group_pids=()
group_start() {
  local server=$1 pid stat
  mkdir -p "$state/log" "$state/run"
  ("${server//-/_}_start") >"$state/log/up-$server.log" 2>&1 9>&- &
  pid=$!
  group_pids[$server]=$pid
  stat=$(process_stat "$pid") || stat='Z 0'
  printf '%s %s TERM\n' "$pid" "${stat#* }" >"$state/run/up-$server.pid"
}

group_wait() {
  local rc=0
  wait "${group_pids[$1]}" || rc=$?
  rm -f "$state/run/up-$1.pid"
  return "$rc"
}

# down does not wait for a lock whose holder was killed: the kernel let go of it then. An up that
# still runs is told to end, and ends what it started itself.
instance_down_command() {
  if [[ ! -e "$state" ]]; then
    say "instance $name is not up"
    return
  fi
  locked
  instance_down
  rm -f -- "$base_dir/$name.lock"
  say "instance $name is down"
}

instance_down() {
  local file units=() strays pid left
  trap '' INT TERM HUP
  for file in "$state"/run/up-*.pid; do
    [[ -e "$file" ]] && unit_stop "$(basename "$file" .pid)"
  done
  for file in "$state"/run/*.pid; do
    [[ -e "$file" ]] || continue
    [[ "$file" == */keeper.pid ]] || units+=("$(basename "$file" .pid)")
  done
  ((${#units[@]} == 0)) || unit_stop "${units[@]}"
  postgres_release_memory
  for ((left = 100; left > 0; left--)); do
    strays=$(instance_strays | grep -vxF "$(unit_pid keeper || echo none)" || true)
    [[ -n "$strays" ]] || break
    # Backends of an ended postmaster go by themselves within moments; insist after a second.
    if ((left < 80)); then
      for pid in $strays; do
        kill -KILL "$pid" 2>/dev/null || true
      done
    fi
    sleep 0.05
  done
  [[ -z "$strays" ]] || die "still running: $strays"
  unit_stop keeper
  rm -rf "$state"
}

instance_status() {
  local file unit pid fault
  if ! unit_alive keeper; then
    say "instance $name is not up"
    return 1
  fi
  printf 'instance %s  slot %s  folder %s\n' "$name" "$(<"$state/slot")" "$state"
  for file in "$state"/run/*.pid; do
    unit=$(basename "$file" .pid)
    pid=$(unit_pid "$unit") || pid=ended
    printf '  %-34s %s\n' "$unit" "$pid"
  done
  for fault in "$state"/faults/*.in; do
    [[ -e "$fault" ]] || continue
    printf 'fault %s\n' "$(basename "$fault" .in)"
  done
}

# Forwards a foreign address of this machine (a test cluster's bridge) to the servers' own ports.
instance_expose() {
  local ip=${1:?expose needs an IP address} server where=()
  shift
  [[ "$ip" =~ ^(127|10|198\.1[89])\. ]] || die "expose takes an address of a test network only"
  for server in "${@:-webhook}"; do
    case $server in
      postgres) where+=("$ip:5432=$(address postgres-primary):5432") ;;
      redis) where+=("$ip:6379=$(address redis-primary):6379") ;;
      mariadb) where+=("$ip:3306=$(address mariadb-primary):3306") ;;
      nginx) where+=("$ip:443=$(address nginx):443") ;;
      minio) where+=("$ip:9000=$(address minio):9000") ;;
      webhook) where+=("$ip:8080=$(address webhook):80" "$ip:8443=$(address webhook):443") ;;
      smtp) where+=("$ip:587=$(address smtp):587") ;;
      *) die "expose knows postgres redis mariadb nginx minio webhook smtp, not '$server'" ;;
    esac
  done
  unit_stop "expose-$ip"
  unit_start "expose-$ip" "$state" TERM /usr/bin/python3 "$here/programs/forward.py" "${where[@]}"
  wait_for "expose-$ip" 5 grep -q ready "$state/log/expose-$ip.log"
}
