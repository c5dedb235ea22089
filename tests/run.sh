#!/usr/bin/env bash
# Builds everything and runs every test. The last line is always "N passed, N failed, N skipped".
# Needs the .NET 10 SDK; installs what else is missing where it may (root on Debian), or names it.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0 failed=0 skipped=0

finish() {
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit $?
}

# need COMMAND PACKAGE WHY: installs a Debian package where that is possible, else says what is missing.
need() {
  command -v "$1" >/dev/null 2>&1 && return 0
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing $2 ($3)"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $2; } >"$log" 2>&1 && return 0
    tail -5 "$log"
  fi
  echo "missing: $2 ($3); tests that need it are skipped"
  return 1
}

# tally FILE: adds the totals of a .NET test run, or of node's test runner.
tally() {
  number() { grep -aE "^ *(# )?$1:? +[0-9]+" "$log" | tail -1 | grep -oE '[0-9]+' | tail -1 || echo 0; }
  local p f s
  if [ "$1" = dotnet ]; then p=$(number succeeded) f=$(number failed) s=$(number skipped)
  else p=$(number pass) f=$(number fail) s=$(number skipped); fi
  [ "$2" -ne 0 ] && [ "${f:-0}" -eq 0 ] && f=1
  passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0})) skipped=$((skipped + ${s:-0}))
}

echo "== restore and build"
if ! dotnet build Orleans.HealthLedger.sln -c Release --verbosity quiet; then
  failed=1
  finish
fi

echo "== tests"
dotnet test --solution Orleans.HealthLedger.sln -c Release --no-build --max-parallel-test-modules 2 2>&1 | tee "$log"
tally dotnet "${PIPESTATUS[0]}"

# Prometheus without its service, which would listen to everybody: only the programs are taken out of the package.
if ! command -v promtool >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1; then
  programs=$PWD/artifacts/prometheus
  mkdir -p "$programs" && (cd "$programs" && apt-get download -qq prometheus && dpkg -x prometheus_*.deb .) >"$log" 2>&1 && PATH=$programs/usr/bin:$PATH
  command -v promtool >/dev/null 2>&1 || echo "missing: prometheus (scrapes, alert rules); tests that need it are skipped"
fi

need docker-compose docker-compose "takes the compose file of the deployment"

echo "== conformance: clients and verifiers that are not ours"
if need node "nodejs npm" "clients in tests/conformance" && command -v npm >/dev/null 2>&1; then
  if (cd tests/conformance && npm ci --silent >"$log" 2>&1); then
    (cd tests/conformance && node --test --test-reporter=tap) 2>&1 | tee "$log" | grep -aE '^(not ok|# (pass|fail|skipped))'
    tally node "${PIPESTATUS[0]}"
  else
    tail -5 "$log"
    failed=$((failed + 1))
  fi
else
  skipped=$((skipped + 1))
fi
finish
