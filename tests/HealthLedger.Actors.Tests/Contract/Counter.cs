using HealthLedger.Actors.Hosting;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Actors.Tests.Contract;

/// <summary>What the contract is tried with.</summary>
public interface ICounter : IActor
{
    ValueTask<Result<int>> AddSlowlyAsync();
    ValueTask<Result<int>> MeetAsync();
    ValueTask<Result<int>> HoldAsync();
    ValueTask<Result<int>> NeverAsync();
    ValueTask<Result<int>> BreakAsync();
    ValueTask<Result<int>> CallAsync(params string[] keys);
    ValueTask<Result<int>> RemindAsync(int milliseconds);
    ValueTask<Result<bool>> IsSameAsync(byte[] bytes);
}

/// <summary>An actor that would be wrong if its turns overlapped. Barriers instead of sleeps.</summary>
internal sealed class Counter(IActorContext context) : Actor(context), ICounter
{
    private static Barrier _meeting = new(2);
    private int _count;

    public static TaskCompletionSource Held { get; private set; } = new();
    public static TaskCompletionSource Release { get; private set; } = new();
    public static TaskCompletionSource Started { get; private set; } = new();
    public static TaskCompletionSource Never { get; private set; } = new();
    private static byte[]? LastSent { get; set; }

    public static void Reset() =>
        (Held, Release, Started, Never, _meeting) = (new(), new(), new(), new(), new(2));

    public async ValueTask<Result<int>> AddSlowlyAsync()
    {
        int before = _count;
        await Task.Yield();
        _count = before + 1;
        return _count;
    }

    public ValueTask<Result<int>> MeetAsync()
    {
        _meeting.SignalAndWait(TimeSpan.FromSeconds(20)).Should().BeTrue();
        return new(1);
    }

    public async ValueTask<Result<int>> HoldAsync()
    {
        Held.SetResult();
        await Release.Task;
        return 0;
    }

    public async ValueTask<Result<int>> NeverAsync()
    {
        Started.SetResult();
        await Never.Task;
        return 0;
    }

    public ValueTask<Result<int>> BreakAsync() => throw new InvalidDataException("a secret detail");

    public async ValueTask<Result<int>> CallAsync(params string[] keys) =>
        keys.Length == 0 ? 0 : await Context.Actors.Get<ICounter>(keys[0]).CallAsync(keys[1..]);

    public ValueTask<Result<int>> RemindAsync(int milliseconds)
    {
        Context.SetTimer(TimeSpan.FromMilliseconds(milliseconds), () =>
        {
            _count += 100;
            return ValueTask.CompletedTask;
        });
        return new(0);
    }

    public ValueTask<Result<bool>> IsSameAsync(byte[] bytes) => new(ReferenceEquals(bytes, LastSent));

    public static byte[] Remember(byte[] bytes) => LastSent = bytes;
}
