using System.Text.Json;
using HealthLedger.Gateway.Smart;
using HealthLedger.Storage.Snapshots;

namespace HealthLedger.Gateway.Tests.Smart;

/// <summary>Several gateways of one organization, which share a database, and a client whose assertion was stolen.</summary>
public sealed class SharedReplayTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("healthledger-replays-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task An_assertion_taken_at_one_gateway_is_refused_at_another()
    {
        await using NodeDatabase here = await OpenAsync(), there = await OpenAsync();
        await using TokenServer first = await TokenServer.StartAsync(here.Sets), second = await TokenServer.StartAsync(there.Sets);
        string assertion = first.Sign(first.Claims("stolen"));
        (await first.AskAsync(assertion)).Status.Should().Be(200);
        (int status, JsonElement body) = await second.AskAsync(assertion);
        status.Should().Be(401);
        body.GetProperty("error_description").GetString().Should().Be("The assertion was used before.");
        (await second.AskAsync(second.Sign(second.Claims("another")))).Status.Should().Be(200);
    }

    [Fact]
    public async Task Of_gateways_asked_at_once_with_one_assertion_one_issues_a_token()
    {
        await using NodeDatabase here = await OpenAsync(), there = await OpenAsync();
        await using TokenServer first = await TokenServer.StartAsync(here.Sets), second = await TokenServer.StartAsync(there.Sets);
        for (int round = 0; round < 6; round++)
        {
            string assertion = first.Sign(first.Claims($"race-{round}"));
            (int Status, JsonElement Body)[] answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => (i % 2 == 0 ? first : second).AskAsync(assertion)));
            answers.Count(answer => answer.Status == 200).Should().Be(1);
        }
    }

    [Fact]
    public async Task An_assertion_is_refused_after_a_restart()
    {
        string assertion;
        await using (NodeDatabase before = await OpenAsync())
        await using (TokenServer server = await TokenServer.StartAsync(before.Sets))
        {
            assertion = server.Sign(server.Claims("kept"));
            (await server.AskAsync(assertion)).Status.Should().Be(200);
        }
        await using NodeDatabase after = await OpenAsync();
        await using TokenServer again = await TokenServer.StartAsync(after.Sets);
        (await again.AskAsync(assertion)).Status.Should().Be(401);
    }

    [Fact]
    public async Task Without_the_shared_set_a_client_is_told_to_try_again_and_may_come_with_the_same_assertion()
    {
        NodeDatabase gone = await OpenAsync();
        await gone.DisposeAsync();
        ReplayCache strict = new(TimeProvider.System, gone.Sets), lenient = new(TimeProvider.System, gone.Sets, aloneWhenAway: true);
        DateTimeOffset until = DateTimeOffset.UtcNow.AddMinutes(5);
        (await strict.TakeAsync("a", until)).Should().Be(ReplayAnswer.Unknown);
        (await strict.TakeAsync("a", until)).Should().Be(ReplayAnswer.Unknown);
        (await lenient.TakeAsync("a", until)).Should().Be(ReplayAnswer.First);
        (await lenient.TakeAsync("a", until)).Should().Be(ReplayAnswer.Seen);
        await using TokenServer server = await TokenServer.StartAsync(gone.Sets);
        (int status, JsonElement body) = await server.AskAsync(server.Sign(server.Claims("x")));
        (status, body.GetProperty("error").GetString()).Should().Be((503, "temporarily_unavailable"));
    }


    private async Task<NodeDatabase> OpenAsync() =>
        (await NodeDatabase.OpenAsync(new DatabaseOptions { File = Path.Combine(_folder, "shared.db"), ReadTimeout = TimeSpan.FromSeconds(10), ConnectTimeout = TimeSpan.FromSeconds(10) }, _folder, new TokenServer.ManualClock())).Value;
}
