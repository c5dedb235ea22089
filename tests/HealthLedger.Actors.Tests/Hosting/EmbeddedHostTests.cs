using HealthLedger.Actors.Hosting;
using HealthLedger.Actors.Tests.Contract;
using HealthLedger.Protocol.Errors;
using Microsoft.Extensions.Logging.Abstractions;

namespace HealthLedger.Actors.Tests.Hosting;

/// <summary>What the embedded host has beyond the contract, and its clockwork to the millisecond.</summary>
[Collection("counter")]
public sealed class EmbeddedHostTests
{
    [Fact]
    public async Task A_full_mailbox_answers_come_again_instead_of_growing()
    {
        await using EmbeddedHost host = Host(new() { MailboxTurnsMax = 2 });
        ICounter counter = host.Get<ICounter>("one");
        Task<Result<int>> held = counter.HoldAsync().AsTask();
        await Counter.Held.Task;
        Task<Result<int>>[] waiting = [counter.AddSlowlyAsync().AsTask(), counter.AddSlowlyAsync().AsTask()];
        (await counter.AddSlowlyAsync()).Fault.Code.Should().Be(FaultCode.Busy);
        Counter.Release.SetResult();
        (await held).IsOk.Should().BeTrue();
        (await Task.WhenAll(waiting)).Should().OnlyContain(answer => answer.IsOk);
    }

    [Fact]
    public async Task A_circle_of_calls_is_found_at_once_in_tests()
    {
        await using EmbeddedHost host = Host(new() { ForbidCycles = true });
        (await host.Get<ICounter>("one").CallAsync("two", "one")).Fault.Code.Should().Be(FaultCode.Defect);
        (await host.Get<ICounter>("one").CallAsync("two", "three")).IsOk.Should().BeTrue();
    }

    [Fact]
    public async Task A_turn_that_does_not_end_times_out_for_its_caller()
    {
        Clock clock = new();
        await using EmbeddedHost host = Host(new() { CallTimeout = TimeSpan.FromSeconds(5) }, clock);
        ICounter counter = host.Get<ICounter>("never");
        Task<Result<int>> answer = counter.NeverAsync().AsTask();
        await Counter.Started.Task;
        clock.Advance(TimeSpan.FromSeconds(5));
        (await answer).Fault.Code.Should().Be(FaultCode.TimedOut);
        Counter.Never.SetResult();
    }

    [Fact]
    public async Task Two_activations_of_one_actor_can_be_had_for_tests()
    {
        await using EmbeddedHost host = Host(new() { DuplicateActivations = 2 });
        ICounter counter = host.Get<ICounter>("one");
        int[] answers = [(await counter.AddSlowlyAsync()).Value, (await counter.AddSlowlyAsync()).Value];
        answers.Should().Equal([1, 1], "each activation counts by itself");
    }

    [Fact]
    public async Task Values_are_copied_when_the_host_is_told_to()
    {
        byte[] sent = [1, 2, 3];
        await using (EmbeddedHost host = Host(new() { CopyValues = true }))
            (await host.Get<ICounter>("one").IsSameAsync(Counter.Remember(sent))).Value.Should().BeFalse();
        await using (EmbeddedHost host = Host(new()))
            (await host.Get<ICounter>("one").IsSameAsync(Counter.Remember(sent))).Value.Should().BeTrue();
    }

    [Fact]
    public async Task A_timer_runs_as_a_turn_when_it_is_due()
    {
        Clock clock = new();
        await using EmbeddedHost host = Host(new(), clock);
        ICounter counter = host.Get<ICounter>("one");
        await counter.RemindAsync(1_000);
        clock.Advance(TimeSpan.FromMilliseconds(999));
        (await counter.AddSlowlyAsync()).Value.Should().Be(1);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        (await counter.AddSlowlyAsync()).Value.Should().Be(102);
    }

    [Fact]
    public async Task An_idle_actor_leaves_memory_and_comes_back_when_asked()
    {
        Clock clock = new();
        await using EmbeddedHost host = Host(new() { IdleTimeout = TimeSpan.FromMinutes(1) }, clock);
        ICounter counter = host.Get<ICounter>("one");
        (await counter.AddSlowlyAsync()).Value.Should().Be(1);
        host.ActivationCount.Should().Be(1);
        clock.Advance(TimeSpan.FromMinutes(1));
        clock.Advance(TimeSpan.FromMinutes(1));
        host.ActivationCount.Should().Be(0);
        (await counter.AddSlowlyAsync()).Value.Should().Be(1);
    }

    private static EmbeddedHost Host(EmbeddedHostOptions options, TimeProvider? clock = null)
    {
        Counter.Reset();
        EmbeddedHost host = new(options, clock ?? TimeProvider.System, NullLogger<EmbeddedHost>.Instance);
        host.Register(new ActorKind<ICounter>("counter", context => new Counter(context), reference => new CounterProxy(reference)));
        return host;
    }
}
