using System.Net.Http.Headers;
using System.Text.Json;
using HealthLedger.Client.Connection;
using HealthLedger.Client.Network;
using HealthLedger.Gateway.Tests.World;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Gateway.Tests.Ledger;

public sealed class LedgerDoorTests(GatewayWorld world) : IClassFixture<GatewayWorld>
{
    [Fact]
    public async Task The_SDK_works_over_the_door_as_it_does_beside_the_node()
    {
        HttpLedgerConnection connection = new(world.Http, new HttpLedgerOptions { BaseAddress = world.Base }, TimeProvider.System);
        Client.LedgerClient client = (await Client.LedgerClient.ConnectAsync(connection, world.Ledger.Ledger.Genesis.Hash, clock: world.Ledger.Clock)).Value;
        Client.Patients.PatientDirectory directory = new(client, world.Ledger.Hospital.Wallet.Party);
        Client.Patients.PatientView patient = (await new Client.Patients.PatientRegistry(client).EnsureStewardedAsync(world.Ledger.Hospital.Wallet, directory, "urn:sdk", "1")).Value;
        IReadOnlyList<Client.Records.DepositedRecord> deposited =
            (await new Client.Records.RecordDepositor(client, world.Ledger.Hospital.Wallet, directory).DepositAsync(patient.Did, [Client.Tests.World.TestWorld.Record("r1")])).Value;
        CommittedStatement? found = (await connection.FindAsync(deposited[0].Shard, deposited[0].StatementId!.Value)).Value;
        found!.StatementId.Should().Be(deposited[0].StatementId!.Value);
        (await new Client.Read.RecordReader(client, directory).ReadAsync(Client.Tests.World.TestWorld.Access(patient.Did))).Value.Records.Should().ContainSingle();
        (await connection.ReceiptAsync(deposited[0].Shard, deposited[0].StatementId!.Value, 0)).IsOk.Should().BeTrue();
        (await world.Http.GetByteArrayAsync($"/ledger/receipts/{deposited[0].StatementId}/0")).Should().NotBeEmpty("the shard may be left out");
    }

    [Fact]
    public async Task The_genesis_is_public_and_may_be_kept()
    {
        using HttpResponseMessage answer = await world.Http.GetAsync("/ledger/genesis");
        LedgerNetwork.FromGenesis(await answer.Content.ReadAsByteArrayAsync(), world.Ledger.Ledger.Genesis.Hash).IsOk.Should().BeTrue();
        answer.Headers.CacheControl!.Public.Should().BeTrue();
    }

    [Fact]
    public async Task The_configurations_and_what_is_proposed_are_public()
    {
        HealthLedger.Protocol.Genesis.GenesisFile genesis = world.Ledger.Ledger.Genesis;
        HealthLedger.Protocol.Receipts.ConfigurationHistory.Decode(await world.Http.GetByteArrayAsync("/ledger/configurations"), genesis).Value.Newest.Number.Should().Be(0);
        (await world.Http.GetByteArrayAsync("/ledger/configurations?after=7")).Should().Equal(0x80);
        ConfigurationProposals.Decode(await world.Http.GetByteArrayAsync("/ledger/configurations/proposals")).Value.Open.Should().BeEmpty();
        foreach (string wrong in new[] { "-1", "x", "99999999999" })
        {
            using HttpResponseMessage answer = await world.Http.GetAsync($"/ledger/configurations?after={wrong}");
            FaultAnswer.Decode(await answer.Content.ReadAsByteArrayAsync()).Value.Fault.Code.Should().Be(FaultCode.RequestUnfit);
        }
    }

    [Theory]
    [InlineData("/ledger/receipts/0000000000000000000000000000000000000000000000000000000000000000/0")]
    [InlineData("/ledger/receipts/nothing/0")]
    [InlineData("/ledger/submissions/1/0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("/ledger/tile/0/000")]
    [InlineData("/ledger/tile/nonsense")]
    [InlineData("/ledger/checkpoint")]
    public async Task What_is_not_there_is_a_fault_with_a_code_in_the_form_that_was_asked_for(string path)
    {
        using HttpResponseMessage cbor = await world.Http.GetAsync(path);
        cbor.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+cbor");
        FaultAnswer.Decode(await cbor.Content.ReadAsByteArrayAsync()).Value.Fault.Code.Should().Be(FaultCode.NotFound);
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using HttpResponseMessage json = await world.Http.SendAsync(request);
        json.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        JsonDocument.Parse(await json.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString().Should().Be("HL-7005");
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused()
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/ledger/queries") { Content = new ByteArrayContent(new byte[ExchangeLimits.QueryBytesMax + 1]) };
        using HttpResponseMessage answer = await world.Http.SendAsync(request);
        ((int)answer.StatusCode).Should().Be(413);
        FaultAnswer.Decode(await answer.Content.ReadAsByteArrayAsync()).Value.Fault.Code.Should().Be(FaultCode.FormatLimit);
    }
}
