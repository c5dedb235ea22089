using HealthLedger.Actors.Hosting;
using HealthLedger.Actors.Tests.Contract;
using Microsoft.Extensions.Logging.Abstractions;

namespace HealthLedger.Actors.Tests.Hosting;

/// <summary>The contract of hosts, held by the embedded one.</summary>
[Collection("counter")]
public sealed class EmbeddedContractTests : ActorContract
{
    private protected override Task<ActorWorld> StartAsync(ActorWorldOptions options) => Task.FromResult<ActorWorld>(new World(options));

    private sealed class World : ActorWorld
    {
        private readonly IdleClock _clock = new();
        private readonly EmbeddedHost _host;

        public World(ActorWorldOptions options)
        {
            _host = new EmbeddedHost(new() { CallTimeout = options.CallTimeout, MailboxTurnsMax = options.MailboxTurnsMax, CopyValues = true }, _clock, NullLogger<EmbeddedHost>.Instance);
            _host.Register(new ActorKind<ICounter>("counter", context => new Counter(context), reference => new CounterProxy(reference)));
        }

        public override ICounter Counter(string key) => _host.Get<ICounter>(key);

        public override Task SweepAsync()
        {
            _clock.PassIdleTime();
            return Task.CompletedTask;
        }

        public override ValueTask DisposeAsync() => _host.DisposeAsync();
    }

    /// <summary>The system's clock, but for the host's look for idle actors, which the test brings about.</summary>
    private sealed class IdleClock : TimeProvider
    {
        private readonly EmbeddedHostOptions _defaults = new();
        private TimeSpan _passed;
        private TimerCallback? _sweep;
        private object? _state;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => System.GetElapsedTime(0).Ticks + _passed.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (period == _defaults.IdleTimeout) (_sweep, _state) = (callback, state);
            return System.CreateTimer(callback, state, dueTime, period);
        }

        public void PassIdleTime()
        {
            _passed += 2 * _defaults.IdleTimeout;
            _sweep!(_state);
        }
    }
}
