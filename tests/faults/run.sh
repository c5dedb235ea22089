#!/usr/bin/env bash
# The fault series: member processes under continuous load, one fault after another, and a table at the end. `--help` and `--list` tell more.
# Partitions need root, ip and nft; the full disk needs root; PostgreSQL's faults need PostgreSQL. What is missing is skipped by name.
set -uo pipefail
cd "$(dirname "$0")/../.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

if ! command -v nft >/dev/null 2>&1 && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing nftables (partitions)"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nftables iproute2; } >/dev/null 2>&1 || echo "nftables could not be installed"
fi
dotnet build tests/HealthLedger.Faults -c Release --verbosity quiet || exit 1
exec dotnet artifacts/bin/HealthLedger.Faults/release/healthledger-faults.dll "$@"
