namespace HealthLedger.Orleans.Tests.World;

/// <summary>Starts silos, in one way or another.</summary>
internal interface ISilos : IAsyncDisposable
{
    /// <summary>A client outside of every silo.</summary>
    IGrainFactory Client { get; }

    /// <summary>Starts a member's silo.</summary>
    Task<RunningSilo> StartAsync(int member);

    /// <summary>Connects the client.</summary>
    Task ConnectAsync();
}

/// <summary>A silo that runs.</summary>
/// <param name="Services">What it is made of.</param>
/// <param name="StopAsync">Ends it in good order.</param>
/// <param name="KillAsync">Ends it at once, without a word to the others.</param>
internal sealed record RunningSilo(IServiceProvider Services, Func<Task> StopAsync, Func<Task> KillAsync);
