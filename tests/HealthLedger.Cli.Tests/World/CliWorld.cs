using System.Security.Cryptography;
using System.Text.Json.Nodes;
using HealthLedger.Cli.Shell;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Tests.World;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Cli.Tests.World;

/// <summary>What one run of the command line printed.</summary>
internal sealed record CliRun(int ExitCode, string Out, string Error)
{
    /// <summary>The one document that --json prints.</summary>
    public JsonNode Json => JsonNode.Parse(Out)!;
}

/// <summary>A network in memory with a hospital and a clinic, a home folder, and the command line in front of them.</summary>
internal sealed class CliWorld : IDisposable
{
    private const string Network = "cli-test";
    private const int FastIterations = 1_000;
    private static readonly RandomNumberGenerator Random = RandomNumberGenerator.Create();

    private readonly string _home = Directory.CreateTempSubdirectory("healthledger-cli-").FullName;

    public CliWorld()
    {
        SigningKey identity = SigningKey.Generate(Random), validator = SigningKey.Generate(Random);
        GenesisBuilder builder = new(Network, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 1_000, shards: 4);
        builder.Add(Member.Certify(Network, "Member", identity, validator.Public, SigningKey.Generate(Random).Public, SigningKey.Generate(Random).Public, "localhost:1"));
        KeyFolder keys = KeyFolder.Open(Keys, FastIterations).Value;
        foreach (string name in new[] { "hospital", "clinic" })
        {
            using OrganizationWallet wallet = OrganizationWallet.Generate(Network, Random);
            builder.Add(new Organization(char.ToUpperInvariant(name[0]) + name[1..], wallet.Identity, [wallet.Signing.Public], wallet.Sealing.Public, OrganizationRoles.Provider));
            keys.Save(name, wallet, Random, "secret").Should().BeNull();
        }
        Ledger = new MemoryLedger(builder.Build(identity).Value, validator, TimeProvider.System);
        GenesisFile = At("genesis.cbor");
        File.WriteAllBytes(GenesisFile, Ledger.Genesis.Bytes.ToArray());
        Identity = At("identity.key");
        File.WriteAllBytes(Identity, identity.ToPkcs8());
    }

    /// <summary>A file with the member's identity key.</summary>
    public string Identity { get; }

    public MemoryLedger Ledger { get; }

    /// <summary>A file with the genesis.</summary>
    public string GenesisFile { get; }

    /// <summary>The key folder.</summary>
    public string Keys => At("keys");

    /// <summary>A path in the world's own folder.</summary>
    public string At(string name) => Path.Combine(_home, name);

    /// <summary>Runs one command line.</summary>
    public async Task<CliRun> RunAsync(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        Terminal terminal = new()
        {
            Out = output, Error = error, Home = _home, Connect = (_, _) => Ledger, KeyIterations = FastIterations,
            Variable = name => name switch { EnvironmentKeys.PassphraseVariable => "secret", GlobalOptions.KeysVariable => Keys, _ => null },
        };
        int code = await CommandLine.RunAsync(arguments, terminal);
        return new CliRun(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs one command line that must succeed, and reads its JSON.</summary>
    public async Task<JsonNode> JsonAsync(params string[] arguments)
    {
        CliRun run = await RunAsync([.. arguments, "--json"]);
        run.ExitCode.Should().Be(0, run.Out + run.Error);
        return run.Json;
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);
}
