#!/usr/bin/env bash
# The cluster of docker-compose.yml as processes on one machine, without Docker: PostgreSQL, four members' nodes, a gateway in front of them.
#
#   deploy/local-cluster.sh up        builds, founds, starts, waits until every node is ready
#   deploy/local-cluster.sh status    what runs, and how each member's shards stand
#   deploy/local-cluster.sh demo      plays the main story against it
#   deploy/local-cluster.sh stop N | start N | kill N | pause N | resume N     one member, by number from 0
#   deploy/local-cluster.sh down      stops everything and deletes the folder: nothing is left behind   (--keep: the folder stays)
#
# Options of `up`: --members N (4), --shards N (4), --base-port N (8080), --no-gateway, --no-postgres, --no-build,
#   --orleans: silos in one Orleans cluster instead of members by themselves; the build takes packages, or the assemblies in ORLEANS_ASSEMBLIES.
# The folder is healthledger-cluster where you stand, or HEALTHLEDGER_CLUSTER. Needs the .NET 10 SDK; PostgreSQL's server programs for the database.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$(realpath -m "${HEALTHLEDGER_CLUSTER:-healthledger-cluster}")
state=$folder/run log=$folder/log
patience=${HEALTHLEDGER_PATIENCE:-90}
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

die() { echo "local-cluster: $*" >&2; exit 1; }
usage() { sed -n '2,/^set -e/p' "${BASH_SOURCE[0]}" | grep '^#' | sed 's/^# \{0,1\}//'; }
settings() { [ -f "$state/settings" ] || die "there is no cluster in $folder; start one with: deploy/local-cluster.sh up"; . "$state/settings"; }
cli() { dotnet "$cli_dll" "$@"; }
running() { [ -f "$state/$1.pid" ] && kill -0 "$(cat "$state/$1.pid")" 2>/dev/null; }
url_of() { echo "http://127.0.0.1:$((base_port + $1))"; }

# What node NAME is started with.
arguments() {
  case $1 in
    gateway) echo "--role gateway --data $folder/network/gateway --url http://127.0.0.1:$((base_port + 50)) --nodes $(for ((i = 0; i < members; i++)); do printf '%s%s' "$([ "$i" -gt 0 ] && echo ,)" "$(url_of "$i")"; done)" ;;
    *) local n=${1#member-}
       echo "--role $role --data $folder/network/members/$n --url $(url_of "$n") --links-url https://127.0.0.1:$((base_port + 100 + n))" ;;
  esac
}

# Starts node NAME in the background, in a session of its own, so that a signal to this script is none to the node.
launch() {
  running "$1" && { echo "$1 runs already"; return; }
  # shellcheck disable=SC2046
  setsid dotnet "$node_dll" $(arguments "$1") >>"$log/$1.log" 2>&1 </dev/null &
  echo $! >"$state/$1.pid"
}

# Waits until URL answers 200; the process NAME must live meanwhile.
await() {
  local until=$((SECONDS + patience))
  while ! curl -fsS -o /dev/null --max-time 2 "$2" 2>/dev/null; do
    running "$1" || { tail -5 "$log/$1.log" >&2; die "$1 has ended; its log is $log/$1.log"; }
    [ $SECONDS -lt $until ] || die "$1 is not ready after $patience s; its log is $log/$1.log"
    sleep 0.1
  done
}

# Ends process NAME: asks, waits, then insists.
halt() {
  [ -f "$state/$1.pid" ] || return 0
  local pid until=$((SECONDS + 30))
  pid=$(cat "$state/$1.pid")
  kill -CONT "$pid" 2>/dev/null || true
  kill -TERM "$pid" 2>/dev/null || true
  while kill -0 "$pid" 2>/dev/null; do
    [ $SECONDS -lt $until ] || { echo "$1 does not end; killed"; kill -KILL "$pid" 2>/dev/null || true; break; }
    sleep 0.05
  done
  rm -f "$state/$1.pid"
}

build() {
  local orleans=()
  if [ "$role" = silo ]; then
    if [ -n "${ORLEANS_ASSEMBLIES:-}" ]; then orleans=("-p:OrleansAssemblies=$ORLEANS_ASSEMBLIES"); else orleans=("-p:Orleans=true"); fi
  fi
  echo "Building"
  dotnet build "$root/src/HealthLedger.Node" -c Release --verbosity quiet "${orleans[@]}" >"$log/build.log" 2>&1 || { tail -20 "$log/build.log" >&2; die "the node does not build"; }
  dotnet build "$root/src/HealthLedger.Cli" -c Release --verbosity quiet "${orleans[@]}" >>"$log/build.log" 2>&1 || { tail -20 "$log/build.log" >&2; die "the command line does not build"; }
}

postgres_bin() { command -v initdb 2>/dev/null | xargs -r dirname || true; ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }

# PostgreSQL refuses to run as root: as its own user then, or as nobody.
as_database=()
if [ "$(id -u)" -eq 0 ]; then
  database_user=nobody
  if id postgres >/dev/null 2>&1; then database_user=postgres; fi
  as_database=(setpriv --reuid "$database_user" --regid "$(id -gn "$database_user")" --clear-groups --)
fi

start_postgres() {
  local bin port=$((base_port + 90)) password
  bin=$(postgres_bin | tail -1)
  [ -n "$bin" ] || die "PostgreSQL's server programs are not installed (Debian: apt-get install postgresql); or leave it out with --no-postgres"
  if [ ! -f "$folder/postgres/data/PG_VERSION" ]; then
    password=$(head -c 24 /dev/urandom | base64 | tr -d '+/=')
    mkdir -p "$folder/postgres"
    (umask 077; echo "$password" >"$folder/postgres/password")
    [ ${#as_database[@]} -eq 0 ] || chown -R "$database_user" "$folder/postgres"
    "${as_database[@]}" "$bin/initdb" -D "$folder/postgres/data" -U healthledger --pwfile="$folder/postgres/password" --auth=scram-sha-256 -E UTF8 --no-locale >"$log/postgres.log" 2>&1 || { tail -5 "$log/postgres.log" >&2; die "PostgreSQL's folder cannot be made"; }
    (umask 077; echo "Host=127.0.0.1;Port=$port;Database=postgres;Username=healthledger;Password=$password" >"$folder/connection")
  fi
  setsid "${as_database[@]}" "$bin/postgres" -D "$folder/postgres/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= >>"$log/postgres.log" 2>&1 </dev/null &
  echo $! >"$state/postgres.pid"
  local until=$((SECONDS + patience))
  until "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"; do
    running postgres || { tail -5 "$log/postgres.log" >&2; die "PostgreSQL has ended; its log is $log/postgres.log"; }
    [ $SECONDS -lt $until ] || die "PostgreSQL is not ready after $patience s"
    sleep 0.1
  done
}

up() {
  local members=4 shards=4 base_port=8080 role=member gateway=yes postgres=yes built=no
  while [ $# -gt 0 ]; do
    case $1 in
      --members) members=$2; shift ;;
      --shards) shards=$2; shift ;;
      --base-port) base_port=$2; shift ;;
      --orleans) role=silo ;;
      --no-gateway) gateway=no ;;
      --no-postgres) postgres=no ;;
      --no-build) built=yes ;;
      *) die "unknown option $1; see deploy/local-cluster.sh --help" ;;
    esac
    shift
  done
  command -v curl >/dev/null || die "curl is needed to see whether a node is ready"
  if [ -f "$state/settings" ]; then
    . "$state/settings"
    echo "Continuing the cluster in $folder"
  else
    [ ! -e "$folder" ] || [ -z "$(ls -A "$folder")" ] || die "$folder is not empty and holds no cluster; name another folder with HEALTHLEDGER_CLUSTER"
    mkdir -p "$state" "$log"
    chmod 711 "$folder"
  fi
  local artifacts=$root/artifacts
  [ "$role" = member ] || artifacts=$root/artifacts-orleans
  local node_dll=$artifacts/bin/HealthLedger.Node/release/HealthLedger.Node.dll cli_dll=$artifacts/bin/HealthLedger.Cli/release/healthledger.dll
  [ "$built" = yes ] || build
  if [ ! -f "$state/settings" ]; then
    cli network local --members "$members" --shards "$shards" --folder "$folder/network" --base-port "$base_port" >"$log/founding.log" || die "the network cannot be founded; see $log/founding.log"
    printf '%s=%q\n' members "$members" base_port "$base_port" role "$role" gateway "$gateway" postgres "$postgres" node_dll "$node_dll" cli_dll "$cli_dll" >"$state/settings"
  fi
  if [ "$postgres" = yes ]; then
    running postgres || start_postgres
    export HEALTHLEDGER__Database__Kind=postgres HEALTHLEDGER__Database__ConnectionStringFile=$folder/connection
  fi
  for ((i = 0; i < members; i++)); do launch "member-$i"; done
  for ((i = 0; i < members; i++)); do await "member-$i" "$(url_of "$i")/health/ready"; echo "member $i is ready: $(url_of "$i")"; done
  if [ "$gateway" = yes ]; then
    launch gateway
    await gateway "http://127.0.0.1:$((base_port + 50))/health/ready"
    echo "gateway is ready: http://127.0.0.1:$((base_port + 50))"
  fi
  echo "Up. Portal $(url_of 0)/portal/index.html   next: deploy/local-cluster.sh status | demo | down"
}

status() {
  settings
  local each down=0
  for each in $([ "$postgres" = yes ] && echo postgres) $(seq -f 'member-%g' 0 $((members - 1))) $([ "$gateway" = yes ] && echo gateway); do
    if running "$each"; then echo "$each runs, process $(cat "$state/$each.pid")"; else echo "$each is down"; down=1; fi
  done
  # shellcheck disable=SC2046
  cli admin status $(for ((i = 0; i < members; i++)); do echo "--node $(url_of "$i")"; done) "$@" || down=1
  return $down
}

one() {
  settings
  [[ ${2:-} =~ ^[0-9]+$ ]] && [ "$2" -lt "$members" ] || die "which member? A number from 0 to $((members - 1))"
  [ "$postgres" = no ] || export HEALTHLEDGER__Database__Kind=postgres HEALTHLEDGER__Database__ConnectionStringFile=$folder/connection
  case $1 in
    start) launch "member-$2"; await "member-$2" "$(url_of "$2")/health/ready"; echo "member $2 is ready" ;;
    stop) halt "member-$2"; echo "member $2 has stopped" ;;
    kill) running "member-$2" && kill -KILL "$(cat "$state/member-$2.pid")"; rm -f "$state/member-$2.pid"; echo "member $2 is killed" ;;
    pause) kill -STOP "$(cat "$state/member-$2.pid")"; echo "member $2 is paused" ;;
    resume) kill -CONT "$(cat "$state/member-$2.pid")"; echo "member $2 goes on" ;;
  esac
}

demo() {
  settings
  dotnet "$node_dll" demo --cluster "$folder/network" --control "${BASH_SOURCE[0]}" --nodes "$(for ((i = 0; i < members; i++)); do printf '%s%s' "$([ "$i" -gt 0 ] && echo ,)" "$(url_of "$i")"; done)" "$@"
}

down() {
  local each pids=()
  [ -d "$state" ] || { echo "There is no cluster in $folder."; return 0; }
  [ -f "$state/gateway.pid" ] && halt gateway
  for each in "$state"/member-*.pid; do
    [ -e "$each" ] || continue
    halt "$(basename "$each" .pid)" & pids+=($!)
  done
  [ ${#pids[@]} -eq 0 ] || wait "${pids[@]}"
  [ -f "$state/postgres.pid" ] && { kill -INT "$(cat "$state/postgres.pid")" 2>/dev/null || true; halt postgres; }
  if [ "${1:-}" = --keep ]; then echo "Down. The data stay in $folder."; else rm -rf "$folder"; echo "Down. $folder is deleted."; fi
}

case ${1:-} in
  up | status | demo | down) command=$1; shift; "$command" "$@" ;;
  start | stop | kill | pause | resume) one "$@" ;;
  -h | --help | help) usage ;;
  *) usage >&2; exit 64 ;;
esac
