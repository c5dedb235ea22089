using HealthLedger.Actors.Hosting;
using HealthLedger.Actors.Tests.Contract;
using HealthLedger.Orleans.Grains;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Orleans.Tests.Hosting;

/// <summary>The contract's counter, as a grain.</summary>
public interface ICounterGrain : IInnerGrain, ICounter;

/// <summary>The very class that the embedded host runs, in the shell that all our grains have.</summary>
public sealed class CounterGrain : ActorGrain<ICounter>, ICounterGrain
{
    public override IActors Actors => new CounterActors(GrainFactory);

    public ValueTask<Result<int>> AddSlowlyAsync() => CallAsync(actor => actor.AddSlowlyAsync());
    public ValueTask<Result<int>> MeetAsync() => CallAsync(actor => actor.MeetAsync());
    public ValueTask<Result<int>> HoldAsync() => CallAsync(actor => actor.HoldAsync());
    public ValueTask<Result<int>> NeverAsync() => CallAsync(actor => actor.NeverAsync());
    public ValueTask<Result<int>> BreakAsync() => CallAsync(actor => actor.BreakAsync());
    public ValueTask<Result<int>> CallAsync(params string[] keys) => CallAsync(actor => actor.CallAsync(keys));
    public ValueTask<Result<int>> RemindAsync(int milliseconds) => CallAsync(actor => actor.RemindAsync(milliseconds));
    public ValueTask<Result<bool>> IsSameAsync(byte[] bytes) => CallAsync(actor => actor.IsSameAsync(bytes));

    protected override ICounter Create() => new Counter(this);
}

/// <summary>Finds counters.</summary>
internal sealed class CounterActors(IGrainFactory grains) : IActors
{
    public T Get<T>(string key) where T : class, IActor => (T)(object)grains.GetGrain<ICounterGrain>(key);
}
