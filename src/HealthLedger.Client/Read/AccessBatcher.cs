using System.Diagnostics;
using HealthLedger.Client.Telemetry;
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
    private readonly Queue<Waiting> _waiting = new();
    private readonly Lock _gate = new();
    private int _underWay;

    /// <summary>Asks for one access together with others that arrive now. A denial is a fault with the rules' reason.</summary>
    public async Task<Result<Permit>> AccessAsync(AccessRequest request) =>
        (await DecideAsync(request).ConfigureAwait(false)).TryGet(out AccessDecision? decided, out Fault fault) ? decided.ToResult() : fault;

    /// <summary>As <see cref="AccessAsync"/>, with the place of the entry, a denial's too.</summary>
    public async Task<Result<AccessDecision>> DecideAsync(AccessRequest request)
    {
        using ClientStage stage = ClientStage.Begin("access");
        Waiting waiting = new(request, stage.Span?.Context ?? default);
        if (!TryEnter(waiting)) return new Fault(FaultCode.Busy, "Too many accesses are waiting.");
        Result<AccessDecision> answer = await waiting.Answer.Task.ConfigureAwait(false);
        if (waiting.Round != default) stage.Span?.AddLink(new ActivityLink(waiting.Round));
        if (answer.TryGet(out AccessDecision? decision, out _)) Journey.Current?.Note(decision.Shard, decision.Height, decision.StatementId);
        return answer;
    }

    private bool TryEnter(Waiting waiting)
    {
        lock (_gate)
        {
            if (_waiting.Count >= waitingMax) return false;
            _waiting.Enqueue(waiting);
            ClientMetrics.Accesses(1);
            if (_underWay >= underWayMax) return true;
            _underWay++;
        }
        // A round serves many requests: it must not run as a part of the one that happened to begin it.
        using (ExecutionContext.SuppressFlow()) _ = Task.Run(RunAsync);
        return true;
    }

    private async Task RunAsync()
    {
        while (true)
        {
            List<Waiting> round = [];
            lock (_gate)
            {
                while (round.Count < roundMax && _waiting.TryDequeue(out Waiting? next)) round.Add(next);
                if (round.Count == 0)
                {
                    _underWay--;
                    return;
                }
            }
            ClientMetrics.Accesses(-round.Count);
            ClientMetrics.Round(round.Count);
            using Activity? span = SpanOf(round);
            try
            {
                IReadOnlyList<Result<AccessDecision>> decisions = await reader.DecideAsync([.. round.Select(access => access.Request)]).ConfigureAwait(false);
                for (int i = 0; i < round.Count; i++) round[i].Answer.TrySetResult(decisions[i]);
            }
            catch (Exception exception)
            {
                foreach (Waiting access in round) access.Answer.TrySetException(exception);
            }
        }
    }

    // In the trace of the first access whose trace is kept, and linked from and to the others.
    private static Activity? SpanOf(List<Waiting> round)
    {
        Waiting? kept = round.Find(access => access.Trace.TraceFlags.HasFlag(ActivityTraceFlags.Recorded));
        if (kept is null) return null;
        Activity? span = ClientMetrics.Source.StartActivity("client.access.round", ActivityKind.Internal, kept.Trace,
            links: round.Where(access => access != kept && access.Trace != default).Select(access => new ActivityLink(access.Trace)));
        span?.SetTag("healthledger.accesses", round.Count);
        foreach (Waiting access in round) access.Round = span?.Context ?? default;
        return span;
    }

    private sealed class Waiting(AccessRequest request, ActivityContext trace)
    {
        public AccessRequest Request => request;

        public ActivityContext Trace => trace;

        public ActivityContext Round { get; set; }

        public TaskCompletionSource<Result<AccessDecision>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
