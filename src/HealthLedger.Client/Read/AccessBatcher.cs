using HealthLedger.Protocol.Errors;

namespace HealthLedger.Client.Read;

/// <summary>
/// Lets accesses that arrive together share signed statements, without a timer: while statements are on their way, what arrives waits and
/// goes together with the next. Under light load an access goes at once. Safe for several threads.
/// </summary>
/// <param name="reader">Asks for the accesses.</param>
/// <param name="underWayMax">How many rounds are under way at once.</param>
/// <param name="roundMax">The most accesses of one round.</param>
/// <param name="waitingMax">The most that wait; more are refused with <c>HL-7001</c>.</param>
public sealed class AccessBatcher(RecordReader reader, int underWayMax = 2, int roundMax = 256, int waitingMax = 10_000)
{
    private readonly Queue<(AccessRequest Request, TaskCompletionSource<Result<AccessDecision>> Answer)> _waiting = new();
    private readonly Lock _gate = new();
    private int _underWay;

    /// <summary>Asks for one access together with others that arrive now. A denial is a fault with the rules' reason.</summary>
    public async Task<Result<Permit>> AccessAsync(AccessRequest request) =>
        (await DecideAsync(request).ConfigureAwait(false)).TryGet(out AccessDecision? decided, out Fault fault) ? decided.ToResult() : fault;

    /// <summary>As <see cref="AccessAsync"/>, with the place of the entry, a denial's too.</summary>
    public Task<Result<AccessDecision>> DecideAsync(AccessRequest request)
    {
        TaskCompletionSource<Result<AccessDecision>> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_waiting.Count >= waitingMax) return Task.FromResult<Result<AccessDecision>>(new Fault(FaultCode.Busy, "Too many accesses are waiting."));
            _waiting.Enqueue((request, answer));
            if (_underWay >= underWayMax) return answer.Task;
            _underWay++;
        }
        Task round = Task.Run(RunAsync);
        return answer.Task;
    }

    private async Task RunAsync()
    {
        while (true)
        {
            List<(AccessRequest Request, TaskCompletionSource<Result<AccessDecision>> Answer)> round = [];
            lock (_gate)
            {
                while (round.Count < roundMax && _waiting.TryDequeue(out (AccessRequest, TaskCompletionSource<Result<AccessDecision>>) next)) round.Add(next);
                if (round.Count == 0)
                {
                    _underWay--;
                    return;
                }
            }
            try
            {
                IReadOnlyList<Result<AccessDecision>> decisions = await reader.DecideAsync([.. round.Select(access => access.Request)]).ConfigureAwait(false);
                for (int i = 0; i < round.Count; i++) round[i].Answer.TrySetResult(decisions[i]);
            }
            catch (Exception exception)
            {
                foreach ((AccessRequest _, TaskCompletionSource<Result<AccessDecision>> answer) in round) answer.TrySetException(exception);
            }
        }
    }
}
