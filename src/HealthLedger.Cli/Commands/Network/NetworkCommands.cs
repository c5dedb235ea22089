using HealthLedger.Cli.Shell;

namespace HealthLedger.Cli.Commands.Network;

/// <summary><c>network</c>: founding a network whose members are on machines of their own.</summary>
internal static class NetworkCommands
{
    /// <summary>The group.</summary>
    public static LedgerCommand Make() => new LedgerCommand("network", "Found a network of several members, each with keys that never leave its machine",
        "network init --network care-7 --name \"Riverside Hospital\" --endpoint https://ledger.riverside.example:9443 --folder /var/lib/healthledger  # each founder",
        "network found riverside.cbor northgate.cbor central.cbor agency.cbor --out founding.cbor  # one of them",
        "network sign founding.cbor --folder /var/lib/healthledger --out riverside.sig  # each founder",
        "network finish founding.cbor riverside.sig northgate.sig central.sig agency.sig --out genesis.cbor  # one of them",
        "network join genesis.cbor --folder /var/lib/healthledger --hash 3f9a...  # each founder; then healthledger-node --role member",
        "network local --members 4 --folder /tmp/network --base-port 8080  # all of it for one machine")
        .With(InitCommand.Make(), FoundCommand.Make(), SignCommand.Make(), FinishCommand.Make(), JoinCommand.Make(), RenewCommand.Make(), LocalCommand.Make());
}
