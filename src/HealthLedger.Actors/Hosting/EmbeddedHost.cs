using System.Collections.Concurrent;
using System.Diagnostics;
using HealthLedger.Protocol.Errors;
using HealthLedger.Validator.Telemetry;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Actors.Hosting;

/// <summary>
/// Runs actors in this process, with the guarantees a cluster gives and no more: one turn at a time for each activation, calls that time
/// out, actors that leave memory when idle. Its test settings make the rare things of a cluster common: values copied, circles
/// of calls refused, two activations of one actor at once.
/// </summary>
public sealed class EmbeddedHost : IActors, IAsyncDisposable
{
    private readonly ConcurrentDictionary<Type, object> _kinds = new();
    private readonly ConcurrentDictionary<(string Kind, string Key, int Copy), Activation> _activations = new();
    private readonly ILogger _log;
    private readonly ITimer _sweep;
    private uint _next;

    /// <summary>A host without kinds; register them before the first call.</summary>
    public EmbeddedHost(EmbeddedHostOptions options, TimeProvider clock, ILogger<EmbeddedHost> log)
    {
        (Options, Clock, _log) = (options, clock, log);
        Metrics = new HostMetrics(options.MeterTags, clock, () => ActivationCount);
        _sweep = clock.CreateTimer(_ => Sweep(), null, options.IdleTimeout, options.IdleTimeout);
    }

    /// <summary>The settings.</summary>
    public EmbeddedHostOptions Options { get; }

    /// <summary>The clock of the host and its actors.</summary>
    public TimeProvider Clock { get; }

    internal HostMetrics Metrics { get; }

    /// <summary>How many actors are in memory.</summary>
    public int ActivationCount => _activations.Count;

    /// <summary>Makes actors of a kind known.</summary>
    /// <exception cref="InvalidOperationException">The kind is registered already.</exception>
    public void Register<T>(ActorKind<T> kind) where T : class, IActor
    {
        if (!_kinds.TryAdd(typeof(T), kind)) throw new InvalidOperationException($"{kind.Name} is registered already.");
    }

    /// <inheritdoc/>
    public T Get<T>(string key) where T : class, IActor
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, 256, nameof(key));
        ActorKind<T> kind = (ActorKind<T>)_kinds[typeof(T)];
        return kind.Proxy(new ActorRef<T>(this, kind, key));
    }

    internal async ValueTask<Result<TAnswer>> CallAsync<T, TAnswer>(ActorKind<T> kind, string key, Func<T, ValueTask<Result<TAnswer>>> turn)
        where T : class, IActor
    {
        if (Options.ForbidCycles && CallChain.Holds(kind.Name, key))
            throw new InvalidOperationException($"{kind.Name} {key} waits for this turn already: the call could never end.");
        CallChain chain = new(kind.Name, key, CallChain.Current);
        long since = Clock.GetTimestamp();
        using Activity? span = LedgerTrace.Source.StartActivity("actor.turn");
        span?.SetTag("healthledger.actor", kind.Name);
        TaskCompletionSource<Result<TAnswer>> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool posted = false;
        // An activation that was swept between the look-up and the post takes no more turns; the next look-up makes a new one.
        for (int tries = 0; tries < 2 && !posted; tries++)
        {
            if (Find(kind, key) is not { } activation) break;
            posted = activation.TryPost(async actor =>
            {
                CallChain.Current = chain;
                Activity.Current = span;
                try
                {
                    answer.SetResult(actor is null ? new Fault(FaultCode.Unavailable, "This part of the node does not start; its log says why.") : await turn((T)actor));
                }
                catch (Exception defect)
                {
                    HostLog.TurnFailed(_log, defect, kind.Name);
                    answer.SetResult(new Fault(FaultCode.Defect, "The node met a defect while it worked on this; its log has the details."));
                }
                finally
                {
                    CallChain.Current = null;
                    Activity.Current = null;
                }
            });
        }
        if (!posted)
        {
            Metrics.Refused(kind.Name);
            return new Fault(FaultCode.Busy, "Too much is waiting here; try again shortly.");
        }
        try
        {
            Result<TAnswer> answered = await answer.Task.WaitAsync(Options.CallTimeout, Clock);
            Metrics.Answered(kind.Name, since);
            return answered;
        }
        catch (TimeoutException)
        {
            return new Fault(FaultCode.TimedOut, $"No answer came within {Options.CallTimeout.TotalSeconds:0} s; ask again whether it was done.");
        }
    }

    /// <summary>Ends the turns that wait and deactivates every actor.</summary>
    public async ValueTask DisposeAsync()
    {
        await _sweep.DisposeAsync();
        Metrics.Dispose();
        await Task.WhenAll(_activations.Values.Select(activation => activation.StopAsync()));
        _activations.Clear();
    }

    private Activation? Find<T>(ActorKind<T> kind, string key) where T : class, IActor
    {
        int copy = Options.DuplicateActivations == 1 ? 0 : (int)(Interlocked.Increment(ref _next) % (uint)Options.DuplicateActivations);
        (string, string, int) place = (kind.Name, key, copy);
        if (_activations.TryGetValue(place, out Activation? found)) return found;
        if (_activations.Count >= Options.ActivationsMax) return null;
        return _activations.GetOrAdd(place, static (_, args) => new Activation(args.Host, args.Kind.Name, args.Key, context => args.Kind.Create(context), args.Host._log),
            (Host: this, Kind: kind, Key: key));
    }

    /// <summary>Forgets an activation, so that the next call makes a new one.</summary>
    internal void Remove(Activation activation)
    {
        foreach (KeyValuePair<(string, string, int), Activation> item in _activations)
            if (item.Value == activation && _activations.TryRemove(item)) _ = activation.StopAsync();
    }

    private void Sweep()
    {
        foreach (KeyValuePair<(string, string, int), Activation> item in _activations)
            if (item.Value.IsIdle && _activations.TryRemove(item)) _ = item.Value.StopAsync();
    }
}
