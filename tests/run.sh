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

echo "== restore and build"
if ! dotnet build Orleans.HealthLedger.sln -c Release --verbosity quiet; then
  failed=1
  finish
fi

echo "== tests"
dotnet test --solution Orleans.HealthLedger.sln -c Release --no-build --max-parallel-test-modules 2 2>&1 | tee "$log"
status=${PIPESTATUS[0]}

number() { grep -E "^ *$1: *[0-9]+" "$log" | tail -1 | grep -oE '[0-9]+' || echo 0; }
passed=$(number succeeded) failed=$(number failed) skipped=$(number skipped)
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
finish
