namespace HealthLedger.Node.Demo;

/// <summary>Waits for what the network does by itself, up to a deadline.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    /// <summary>True as soon as the condition holds; false at the deadline.</summary>
    public static async Task<bool> UntilAsync(Func<Task<bool>> holds, CancellationToken cancel)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(Deadline);
        using PeriodicTimer timer = new(Step);
        try
        {
            while (!await holds()) await timer.WaitForNextTickAsync(deadline.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }
}
