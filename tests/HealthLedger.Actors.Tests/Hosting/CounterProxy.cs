using HealthLedger.Actors.Hosting;
using HealthLedger.Actors.Tests.Contract;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Actors.Tests.Hosting;

internal sealed class CounterProxy(ActorRef<ICounter> reference) : ICounter
{
    public ValueTask<Result<int>> AddSlowlyAsync() => reference.CallAsync(actor => actor.AddSlowlyAsync());
    public ValueTask<Result<int>> MeetAsync() => reference.CallAsync(actor => actor.MeetAsync());
    public ValueTask<Result<int>> HoldAsync() => reference.CallAsync(actor => actor.HoldAsync());
    public ValueTask<Result<int>> NeverAsync() => reference.CallAsync(actor => actor.NeverAsync());
    public ValueTask<Result<int>> BreakAsync() => reference.CallAsync(actor => actor.BreakAsync());
    public ValueTask<Result<int>> CallAsync(params string[] keys) => reference.CallAsync(actor => actor.CallAsync(keys));
    public ValueTask<Result<int>> RemindAsync(int milliseconds) => reference.CallAsync(actor => actor.RemindAsync(milliseconds));

    public ValueTask<Result<bool>> IsSameAsync(byte[] bytes)
    {
        byte[] copy = reference.Copy(bytes, value => value, encoded => encoded.ToArray());
        return reference.CallAsync(actor => actor.IsSameAsync(copy));
    }
}
