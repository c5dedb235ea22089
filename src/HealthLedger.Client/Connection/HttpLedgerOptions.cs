namespace HealthLedger.Client.Connection;

/// <summary>How <see cref="HttpLedgerConnection"/> behaves.</summary>
public sealed record HttpLedgerOptions
{
    /// <summary>The node's address, for instance <c>https://node.example:8443/</c>; paths begin below it.</summary>
    public required Uri BaseAddress { get; init; }

    /// <summary>How long a submission may take until it is committed.</summary>
    public TimeSpan SubmitTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a query or a download may take.</summary>
    public TimeSpan QueryTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
