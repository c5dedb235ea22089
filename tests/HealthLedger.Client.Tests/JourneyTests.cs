using HealthLedger.Client.Read;
using HealthLedger.Client.Records;
using HealthLedger.Client.Telemetry;
using HealthLedger.Client.Tests.World;
using HealthLedger.Protocol.Did;

namespace HealthLedger.Client.Tests;

public sealed class JourneyTests
{
    private readonly TestWorld _world = new();

    [Fact]
    public async Task A_journey_names_the_block_of_what_was_written_and_the_stages_of_the_way()
    {
        LedgerDid patient = await _world.StewardedAsync();
        Journey journey = Journey.Begin();
        DepositedRecord record = (await _world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record("r1")])).Value[0];
        journey.Places.Should().ContainSingle().Which.Should().Match<JourneyPlace>(place => place.StatementId == record.StatementId && place.Shard == record.Shard && place.Height > 0);
        journey.Stages.Select(stage => stage.Key).Should().BeEquivalentTo("seal", "sign", "submit");
    }

    [Fact]
    public async Task Accesses_that_share_a_statement_are_each_told_their_block_and_nothing_of_each_other()
    {
        LedgerDid[] patients = [await _world.StewardedAsync("1"), await _world.StewardedAsync("2"), await _world.StewardedAsync("3")];
        foreach (LedgerDid patient in patients) await _world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record("r1")]);
        AccessBatcher batcher = new(_world.Hospital.Reader, underWayMax: 1);
        (Journey Journey, AccessDecision Decision)[] asked = await Task.WhenAll(patients.Select(patient => Task.Run(async () =>
        {
            Journey journey = Journey.Begin();
            return (journey, (await batcher.DecideAsync(TestWorld.Access(patient))).Value);
        })));
        foreach ((Journey journey, AccessDecision decision) in asked)
        {
            journey.Places.Should().Equal(new JourneyPlace(decision.Shard, decision.Height, decision.StatementId));
            journey.Stages.Select(stage => stage.Key).Should().Equal(["access"], "the round is not a part of the request that happened to begin it");
        }
    }

    [Fact]
    public async Task A_journey_is_bounded()
    {
        LedgerDid patient = await _world.StewardedAsync();
        Journey journey = Journey.Begin();
        for (int i = 0; i < 12; i++) await _world.Hospital.Depositor.DepositAsync(patient, [TestWorld.Record($"r{i}")]);
        journey.Places.Should().HaveCount(8);
    }

    [Fact]
    public void Where_nobody_listens_and_nobody_asked_a_stage_costs_no_memory()
    {
        using (ClientStage.Begin("warm"))
        {
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
            using (ClientStage.Begin("sign"))
            {
            }
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }
}
