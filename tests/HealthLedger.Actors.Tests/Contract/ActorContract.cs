using HealthLedger.Protocol.Errors;

namespace HealthLedger.Actors.Tests.Contract;

/// <summary>What every host of actors keeps. The embedded host and the cluster engine are each held against it.</summary>
public abstract class ActorContract
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(500), Deadline = TimeSpan.FromSeconds(20);

    private protected abstract Task<ActorWorld> StartAsync(ActorWorldOptions options);

    [Fact]
    public async Task Turns_of_one_actor_never_overlap()
    {
        await using ActorWorld world = await OpenAsync(new());
        ICounter counter = world.Counter("one");
        Result<int>[] answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => counter.AddSlowlyAsync().AsTask()));
        answers.Select(answer => answer.Value).Should().BeEquivalentTo(Enumerable.Range(1, 200));
    }

    [Fact]
    public async Task One_key_is_one_actor_whoever_asks()
    {
        await using ActorWorld world = await OpenAsync(new());
        (await world.Counter("one").AddSlowlyAsync()).Value.Should().Be(1);
        (await world.Counter("one").AddSlowlyAsync()).Value.Should().Be(2);
        (await world.Counter("other").AddSlowlyAsync()).Value.Should().Be(1);
    }

    [Fact]
    public async Task Actors_of_different_keys_work_side_by_side()
    {
        await using ActorWorld world = await OpenAsync(new());
        // Each waits for the other: only two actors that run at once get there.
        Task<Result<int>> first = world.Counter("a").MeetAsync().AsTask();
        Task<Result<int>> second = world.Counter("b").MeetAsync().AsTask();
        (await first).IsOk.Should().BeTrue();
        (await second).IsOk.Should().BeTrue();
    }

    [Fact]
    public async Task A_full_mailbox_answers_come_again_instead_of_growing()
    {
        await using ActorWorld world = await OpenAsync(new() { MailboxTurnsMax = 2 });
        ICounter counter = world.Counter("one");
        Task<Result<int>> held = counter.HoldAsync().AsTask();
        await Counter.Held.Task;
        Task<Result<int>>[] waiting = [.. Enumerable.Range(0, 20).Select(_ => counter.AddSlowlyAsync().AsTask())];
        Task<Result<int>> refused = await Task.WhenAny(waiting);
        (await refused).Fault.Code.Should().Be(FaultCode.Busy);
        Counter.Release.SetResult();
        (await held).IsOk.Should().BeTrue();
        Result<int>[] answers = await Task.WhenAll(waiting);
        answers.Count(answer => answer.IsOk).Should().BeInRange(1, 3);
        answers.Where(answer => !answer.IsOk).Should().OnlyContain(answer => answer.Fault.Code == FaultCode.Busy);
    }

    [Fact]
    public async Task A_circle_of_calls_ends_in_a_fault()
    {
        await using ActorWorld world = await OpenAsync(new() { CallTimeout = Soon });
        (await world.Counter("one").CallAsync("two", "one")).IsOk.Should().BeFalse();
        (await world.Counter("three").CallAsync("four", "five")).IsOk.Should().BeTrue();
    }

    [Fact]
    public async Task A_turn_that_does_not_end_times_out_for_its_caller()
    {
        await using ActorWorld world = await OpenAsync(new() { CallTimeout = Soon });
        Task<Result<int>> answer = world.Counter("never").NeverAsync().AsTask();
        await Counter.Started.Task;
        (await answer).Fault.Code.Should().Be(FaultCode.TimedOut);
        Counter.Never.SetResult();
    }

    [Fact]
    public async Task A_defect_is_an_answer_without_details_and_the_actor_goes_on()
    {
        await using ActorWorld world = await OpenAsync(new());
        ICounter counter = world.Counter("one");
        Fault fault = (await counter.BreakAsync()).Fault;
        fault.Code.Should().Be(FaultCode.Defect);
        fault.Message.Should().NotContain("secret");
        (await counter.AddSlowlyAsync()).IsOk.Should().BeTrue();
    }

    [Fact]
    public async Task An_actor_cannot_get_at_its_callers_values()
    {
        byte[] sent = [1, 2, 3];
        await using ActorWorld world = await OpenAsync(new());
        (await world.Counter("one").IsSameAsync(Counter.Remember(sent))).Value.Should().BeFalse();
    }

    [Fact]
    public async Task A_timer_runs_as_a_turn_when_it_is_due()
    {
        await using ActorWorld world = await OpenAsync(new());
        ICounter counter = world.Counter("one");
        await counter.RemindAsync(50);
        long since = TimeProvider.System.GetTimestamp();
        int count = 0;
        while (count < 100)
        {
            TimeProvider.System.GetElapsedTime(since).Should().BeLessThan(Deadline, "the timer is due");
            count = (await counter.AddSlowlyAsync()).Value;
        }
    }

    [Fact]
    public async Task An_idle_actor_leaves_memory_and_comes_back_when_asked()
    {
        await using ActorWorld world = await OpenAsync(new());
        (await world.Counter("one").AddSlowlyAsync()).Value.Should().Be(1);
        await world.SweepAsync();
        (await world.Counter("one").AddSlowlyAsync()).Value.Should().Be(1);
    }

    private Task<ActorWorld> OpenAsync(ActorWorldOptions options)
    {
        Counter.Reset();
        return StartAsync(options);
    }
}
