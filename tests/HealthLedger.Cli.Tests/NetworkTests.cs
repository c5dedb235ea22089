using System.Text.Json.Nodes;
using HealthLedger.Cli.Tests.World;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;

namespace HealthLedger.Cli.Tests;

/// <summary>Founding a network by members who do not trust each other.</summary>
public sealed class NetworkTests : IDisposable
{
    private static readonly string[] Founders = ["riverside", "northgate", "central", "agency"];
    private readonly CliWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Four_founders_make_keys_of_their_own_sign_one_draft_and_take_the_genesis_in()
    {
        string draft = await DraftAsync();
        string[] signatures = await Task.WhenAll(Founders.Select(founder => SignAsync(founder, draft)));
        JsonNode finished = await _world.JsonAsync(["network", "finish", draft, .. signatures.Reverse(), "--out", _world.At("made.cbor")]);

        GenesisFile genesis = GenesisFile.Decode(await File.ReadAllBytesAsync(_world.At("made.cbor"))).Value;
        genesis.Hash.ToString().Should().Be(finished["genesis"]!.GetValue<string>());
        genesis.Shards.Should().Be(8);
        genesis.Configuration.Members.Select(member => member.Name).Should().Equal(Founders);
        genesis.Configuration.Members[1].Endpoint.Should().Be("https://northgate.example:9443");
        genesis.Organizations.Select(organization => organization.Name).Should().Equal([.. Founders, "Meridian Insurance"]);
        foreach (string founder in Founders)
        {
            JsonNode joined = await _world.JsonAsync("network", "join", _world.At("made.cbor"), "--folder", _world.At(founder), "--hash", genesis.Hash.ToString());
            joined["kind"]!.GetValue<string>().Should().Be("a member's");
        }
        JsonNode gateway = await _world.JsonAsync("network", "join", _world.At("made.cbor"), "--folder", _world.At("payer"));
        gateway["kind"]!.GetValue<string>().Should().Be("a gateway's");
    }

    [Fact]
    public async Task Private_keys_are_in_the_folder_of_their_founder_alone_and_readable_by_nobody_else()
    {
        await DraftAsync();
        string[] keys = Directory.GetFiles(Path.Combine(_world.At("riverside"), "member"), "*.key");
        keys.Select(Path.GetFileNameWithoutExtension).Should().BeEquivalentTo("identity", "validator", "transport", "signing", "sealing", "index");
        if (OperatingSystem.IsWindows()) return;
        foreach (string key in keys) File.GetUnixFileMode(key).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        // The scalar of a PKCS#8 key stands behind this; an index key is all secret.
        byte[] before = Convert.FromHexString("0201010420");
        foreach (byte[] bytes in await Task.WhenAll(keys.Select(key => File.ReadAllBytesAsync(key))))
        {
            byte[] secret = bytes.AsSpan().IndexOf(before) is >= 0 and var at ? bytes[(at + before.Length)..(at + before.Length + 32)] : bytes;
            foreach (string file in Directory.GetFiles(_world.At("."), "*.cbor", SearchOption.AllDirectories))
                (await File.ReadAllBytesAsync(file)).AsSpan().IndexOf(secret).Should().Be(-1, "no public file holds a private key");
        }
    }

    [Fact]
    public async Task Keys_that_are_there_are_not_replaced()
    {
        await InitAsync("riverside");
        CliRun again = await _world.RunAsync("network", "init", "--network", "care-7", "--name", "riverside", "--endpoint", "https://riverside.example:9443", "--folder", _world.At("riverside"));
        again.ExitCode.Should().Be(FaultTable.Row(FaultCode.FileUnusable).ExitCode);
    }

    [Fact]
    public async Task A_founder_signs_no_draft_that_changes_what_it_asked_for()
    {
        string[] requests = await Task.WhenAll(Founders.Select(InitAsync));
        await _world.JsonAsync("network", "init", "--network", "care-7", "--name", "riverside", "--endpoint", "https://elsewhere.example:9443", "--folder", _world.At("impostor"));
        string draft = _world.At("other.cbor");
        await _world.JsonAsync(["network", "found", Path.Combine(_world.At("impostor"), "member", "request.cbor"), .. requests[1..], "--out", draft]);

        CliRun refused = await _world.RunAsync("network", "sign", draft, "--folder", _world.At("riverside"), "--out", _world.At("x.sig"));

        refused.ExitCode.Should().Be(FaultTable.Row(FaultCode.ProofInvalid).ExitCode);
        File.Exists(_world.At("x.sig")).Should().BeFalse();
    }

    [Fact]
    public async Task A_genesis_needs_every_signature_and_those_of_another_draft_do_not_count()
    {
        string draft = await DraftAsync();
        string[] signatures = await Task.WhenAll(Founders.Select(founder => SignAsync(founder, draft)));
        CliRun missing = await _world.RunAsync(["network", "finish", draft, .. signatures[..3], "--out", _world.At("made.cbor")]);
        missing.ExitCode.Should().NotBe(0);
        missing.Error.Should().Contain("agency has not signed yet");
        string other = _world.At("second.cbor");
        await _world.JsonAsync(["network", "found", .. Founders.Select(Request), "--shards", "16", "--out", other]);
        (await _world.RunAsync(["network", "finish", other, .. signatures, "--out", _world.At("made.cbor")])).ExitCode.Should().Be(FaultTable.Row(FaultCode.ProofInvalid).ExitCode);
        File.Exists(_world.At("made.cbor")).Should().BeFalse();
    }

    [Fact]
    public async Task A_folder_takes_in_no_genesis_of_another_hash_or_network()
    {
        await InitAsync("riverside");
        CliRun other = await _world.RunAsync("network", "join", _world.GenesisFile, "--folder", _world.At("riverside"));
        other.ExitCode.Should().Be(FaultTable.Row(FaultCode.PlaceWrong).ExitCode);
        File.Exists(Path.Combine(_world.At("riverside"), "genesis.cbor")).Should().BeFalse();
        (await _world.RunAsync("network", "join", _world.GenesisFile, "--folder", _world.At("elsewhere"), "--hash", new string('0', 64))).ExitCode.Should().Be(FaultTable.Row(FaultCode.ProofInvalid).ExitCode);
    }

    [Theory]
    [InlineData("--roles", "wizard")]
    [InlineData("--endpoint", "http://riverside.example:9443")]
    [InlineData("--network", "Not A Name")]
    public async Task A_request_that_cannot_be_is_refused_with_what_it_may_be(string option, string value)
    {
        string[] line = ["network", "init", "--network", "care-7", "--name", "riverside", "--endpoint", "https://riverside.example:9443", "--folder", _world.At("riverside")];
        int at = Array.IndexOf(line, option);
        CliRun run = await _world.RunAsync(at < 0 ? [.. line, option, value] : [.. line[..(at + 1)], value, .. line[(at + 2)..]]);
        run.ExitCode.Should().Be(FaultTable.Row(FaultCode.UsageWrong).ExitCode);
        run.Error.Should().Contain(option);
        Directory.Exists(_world.At("riverside")).Should().BeFalse();
    }

    [Fact]
    public async Task One_command_founds_a_network_for_one_machine_and_names_folders_and_addresses()
    {
        JsonNode local = await _world.JsonAsync("network", "local", "--members", "4", "--folder", _world.At("local"), "--base-port", "18500");
        JsonArray members = local["members"]!.AsArray();
        members.Should().HaveCount(4);
        members[2]!["url"]!.GetValue<string>().Should().Be("http://127.0.0.1:18502");
        members[2]!["linksUrl"]!.GetValue<string>().Should().Be("https://127.0.0.1:18602");
        foreach (JsonNode? member in members)
            GenesisFile.Decode(await File.ReadAllBytesAsync(Path.Combine(member!["folder"]!.GetValue<string>(), "genesis.cbor"))).Value.Hash.ToString().Should().Be(local["genesis"]!.GetValue<string>());
        Directory.GetDirectories(Path.Combine(local["gateway"]!["folder"]!.GetValue<string>(), "organizations")).Should().HaveCount(2);
        (await _world.RunAsync("network", "local", "--folder", _world.At("local"))).ExitCode.Should().NotBe(0, "a network that is there is not replaced");
    }

    private string Request(string founder) => Path.Combine(_world.At(founder), "member", "request.cbor");

    private async Task<string> InitAsync(string founder)
    {
        await _world.JsonAsync("network", "init", "--network", "care-7", "--name", founder, "--endpoint", $"https://{founder}.example:9443", "--folder", _world.At(founder));
        return Request(founder);
    }

    private async Task<string> DraftAsync()
    {
        string[] requests = await Task.WhenAll(Founders.Select(InitAsync));
        await _world.JsonAsync("network", "init", "--network", "care-7", "--name", "Meridian Insurance", "--roles", "payer", "--folder", _world.At("payer"));
        string draft = _world.At("founding.cbor");
        await _world.JsonAsync(["network", "found", requests[0], Path.Combine(_world.At("payer"), "organizations", "meridian-insurance", "request.cbor"), .. requests[1..], "--shards", "8", "--out", draft]);
        return draft;
    }

    private async Task<string> SignAsync(string founder, string draft)
    {
        string signature = _world.At($"{founder}.sig");
        await _world.JsonAsync("network", "sign", draft, "--folder", _world.At(founder), "--out", signature);
        return signature;
    }
}
