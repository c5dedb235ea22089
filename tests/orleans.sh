#!/usr/bin/env bash
# Builds the cluster engine's part and runs its tests: with packages from the registry, or with the assemblies in the folder that ORLEANS_ASSEMBLIES names.
# Where neither can be had it says so in one line, and that is no failure. Give it more arguments for the test program, such as --filter-class.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

project=tests/HealthLedger.Orleans.Tests
if [ -n "${ORLEANS_ASSEMBLIES:-}" ]; then
  mode="-p:OrleansAssemblies=$ORLEANS_ASSEMBLIES"
else
  mode="-p:Orleans=true"
  if ! dotnet restore "$project" "$mode" --verbosity quiet >/dev/null 2>&1; then
    echo "orleans: not tested here: its packages cannot be restored, and ORLEANS_ASSEMBLIES names no folder with its assemblies"
    exit 0
  fi
fi
echo "== orleans: build and tests"
dotnet build "$project" -c Release "$mode" --verbosity quiet || exit 1
dotnet build src/HealthLedger.Node -c Release "$mode" --verbosity quiet || exit 1
exec dotnet artifacts-orleans/bin/HealthLedger.Orleans.Tests/release/HealthLedger.Orleans.Tests.dll "$@"
