using HealthLedger.Actors.Nodes;
using HealthLedger.Client;
using HealthLedger.Client.Keys;
using HealthLedger.Gateway.Smart;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Gateway.Hosting;

/// <summary>What a gateway is made of; all of it is the caller's, and outlives the gateway.</summary>
public sealed record GatewayParts
{
    /// <summary>The node behind the doors.</summary>
    public required INode Node { get; init; }

    /// <summary>The wallets of the organizations for which this gateway reads and writes.</summary>
    public required IReadOnlyList<OrganizationWallet> Organizations { get; init; }

    /// <summary>The systems that may ask for tokens.</summary>
    public required ISmartClients Clients { get; init; }

    /// <summary>Signs bearer tokens.</summary>
    public required ISigner TokenKey { get; init; }

    /// <summary>What an operator sees at <c>/ledger/status</c>; null: there is no such door.</summary>
    public Func<NodeStatus>? Status { get; init; }

    /// <summary>Remembers which assertions were used; null for this process's memory alone.</summary>
    public ReplayCache? Replays { get; init; }

    /// <summary>32 secret bytes that seal links to next pages; null draws them, so that links end with the process.</summary>
    public ReadOnlyMemory<byte>? PageKey { get; init; }

    /// <summary>The SDK's bounds; null for the defaults.</summary>
    public LedgerClientOptions? Client { get; init; }

    /// <summary>The time; null for the system's.</summary>
    public TimeProvider? Clock { get; init; }
}
