#!/usr/bin/env bash
# Makes the secrets that docker-compose.yml mounts, once, in deploy/secrets (never committed): the database owner's password and the nodes' connection.
set -euo pipefail
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/secrets
[ ! -e "$folder/database-connection" ] || { echo "The secrets are there: $folder"; exit 0; }
word() { head -c 24 /dev/urandom | base64 | tr -d '+/=\n'; }
mkdir -p "$folder"
chmod 700 "$folder"
owner=$(word) node=$(word)
echo "$owner" >"$folder/database-owner"
echo "Host=postgres;Database=healthledger;Username=healthledger_node;Password=$node" >"$folder/database-connection"
# The containers' users are not this one; the folder above is closed to everybody else.
chmod 444 "$folder"/database-*
echo "Secrets made in $folder"
