using HealthLedger.Cli.Bench.Baselines;

namespace HealthLedger.TestMaterial;

/// <summary>One PostgreSQL server of the test run's own, started when a test first asks for it; tests skip, and say so, where PostgreSQL is not installed.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private PostgresServer? _server;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>The server.</summary>
    public async Task<PostgresServer> RequireAsync()
    {
        string? bin = PostgresServer.FindBinaries();
        Assert.SkipUnless(bin is not null, "skipped: needs PostgreSQL");
        await _turn.WaitAsync();
        try
        {
            return _server ??= await PostgresServer.StartAsync(bin!, Path.GetTempPath(), CancellationToken.None);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _turn.Dispose();
    }
}
