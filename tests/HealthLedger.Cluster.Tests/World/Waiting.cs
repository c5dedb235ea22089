using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cluster.Tests.World;

/// <summary>Waits for what real members do in their own time; fails the test where it does not come about.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>Until something holds.</summary>
    public static Task UntilAsync(Func<bool> holds, string what) => UntilAsync(() => Task.FromResult(holds()), what);

    /// <summary>Until something holds.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
        long since = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(since) > Deadline) Assert.Fail($"It never came about that {what}.");
            await timer.WaitForNextTickAsync();
        }
    }

    /// <summary>Members hear of a commit one after another: what one has said the other may know a moment later.</summary>
    public static async Task<T> EventuallyAsync<T>(Func<Task<Result<T>>> ask)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
        long since = TimeProvider.System.GetTimestamp();
        Result<T> answer = await ask();
        while (!answer.IsOk && TimeProvider.System.GetElapsedTime(since) < Deadline)
        {
            await timer.WaitForNextTickAsync();
            answer = await ask();
        }
        return TestCluster.Good(answer);
    }
}
