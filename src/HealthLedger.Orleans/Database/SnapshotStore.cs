using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace HealthLedger.Orleans.Database;

/// <summary>
/// Reads and writes actors' snapshots in the grain database. Not the engine's injected state: that refuses to activate a grain when the database
/// is down, and ours must then go on without.
/// </summary>
public sealed class SnapshotStore
{
    /// <summary>The name under which silos have their grain storage.</summary>
    public const string ProviderName = "healthledger";

    private readonly IGrainStorage _storage;

    /// <summary>Over the silo's storage of that name.</summary>
    public SnapshotStore(IServiceProvider services) => _storage = services.GetRequiredKeyedService<IGrainStorage>(ProviderName);

    internal async Task<Snapshot<T>> ReadAsync<T>(string name, GrainId grain) where T : class, new()
    {
        GrainState<T> state = new(new T());
        await _storage.ReadStateAsync(name, grain, state);
        return new Snapshot<T>(state);
    }

    internal Task WriteAsync<T>(string name, GrainId grain, Snapshot<T> snapshot) where T : class, new() => _storage.WriteStateAsync(name, grain, snapshot.State);
}
