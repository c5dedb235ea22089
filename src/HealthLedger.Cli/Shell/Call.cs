using System.CommandLine;
using HealthLedger.Cli.Keys;
using HealthLedger.Client;
using HealthLedger.Client.Connection;
using HealthLedger.Client.Network;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using Spectre.Console;

namespace HealthLedger.Cli.Shell;

/// <summary>One command under way: its options, and what they lead to (the key folder, the node, the network), opened when first asked for.</summary>
internal sealed class Call(ParseResult parsed, GlobalOptionSet options, Terminal terminal, CancellationToken cancel) : IDisposable
{
    private readonly List<IDisposable> _opened = [];
    private LedgerClient? _client;

    /// <summary>Everything outside.</summary>
    public Terminal Terminal => terminal;

    /// <summary>Ends when the user presses Ctrl-C.</summary>
    public CancellationToken Cancel => cancel;

    /// <summary>True when a program reads the result.</summary>
    public bool IsJson => parsed.GetValue(options.Json);

    /// <summary>The wallet that was named to act; null for none.</summary>
    public string? ActingName => parsed.GetValue(options.As);

    /// <summary>A console for progress and warnings.</summary>
    public IAnsiConsole ErrorConsole => terminal.ConsoleOf(error: true);

    /// <summary>The key folder's path.</summary>
    public string KeyPath => parsed.GetValue(options.Keys) ?? Set(GlobalOptions.KeysVariable) ?? Path.Combine(terminal.Home, ".healthledger");

    /// <summary>The value of an option.</summary>
    public T? Value<T>(Option<T> option) => parsed.GetValue(option);

    /// <summary>The value of an argument.</summary>
    public T? Value<T>(Argument<T> argument) => parsed.GetValue(argument);

    /// <summary>Milliseconds since 1970.</summary>
    public long Now => terminal.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Says something on the error stream, for people only.</summary>
    public void Note(string line)
    {
        if (!IsJson) ErrorConsole.MarkupLineInterpolated($"[grey]{line}[/]");
    }

    /// <summary>Keeps something until the command ends.</summary>
    public T Keep<T>(T item)
        where T : IDisposable
    {
        _opened.Add(item);
        return item;
    }

    /// <summary>The key folder, created where it is missing; a folder that others can enter is refused.</summary>
    public Result<WalletFolder> Wallets() => WalletFolder.Open(KeyPath, terminal, parsed.GetValue(options.PassphraseFile));

    /// <summary>The address of the node, the first where there are several.</summary>
    public Result<Uri> Node() => Nodes().TryGet(out IReadOnlyList<Uri>? nodes, out Fault fault) ? nodes[0] : fault;

    /// <summary>The addresses of all nodes that were named, at least one.</summary>
    public Result<IReadOnlyList<Uri>> Nodes()
    {
        string[] named = parsed.GetValue(options.Node) is { Length: > 0 } given ? given : (Set(GlobalOptions.NodeVariable) ?? GlobalOptions.DefaultNode).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (named.Length is 0 or > GlobalOptions.NodesMax) return new Fault(FaultCode.UsageWrong, $"Name 1 to {GlobalOptions.NodesMax} nodes.");
        List<Uri> nodes = [];
        foreach (string text in named)
        {
            if (!Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
                return new Fault(FaultCode.UsageWrong, "A node's address is not an http or https URL.");
            nodes.Add(address);
        }
        return nodes;
    }

    /// <summary>The node, its network verified: against --genesis, else the pinned genesis, else trusted now and pinned by `org new` and `wallet new`.</summary>
    public async Task<Result<LedgerClient>> ConnectAsync()
    {
        if (_client is not null) return _client;
        if (!Nodes().TryGet(out IReadOnlyList<Uri>? nodes, out Fault fault)) return fault;
        if (!ExpectedGenesis().TryGet(out Hash32? expected, out fault)) return fault;
        ILedgerConnection[] each = [.. nodes.Select(Connection)];
        Result<LedgerClient> connected = await LedgerClient.ConnectAsync(each is [var only] ? only : new FailoverConnection(each, new FailoverOptions(), terminal.Clock), expected, clock: terminal.Clock, random: terminal.Random, cancel: cancel);
        if (!connected.TryGet(out _client, out fault)) return fault;
        return _client;
    }

    /// <summary>A connection to one node, kept until the command ends.</summary>
    public ILedgerConnection Connection(Uri node) => terminal.Connect(node, Keep(terminal.Http()));

    /// <summary>The genesis for checks without a node: --genesis with a file, else the pinned one.</summary>
    public Result<GenesisFile> OfflineGenesis()
    {
        string? named = parsed.GetValue(options.Genesis);
        if (named is not null && Hash32.TryParse(named, out _) && !File.Exists(named)) return new Fault(FaultCode.UsageWrong, "A check without a node needs the genesis file, not only its hash.");
        string path = named ?? WalletFolder.PinnedGenesis(KeyPath);
        if (!File.Exists(path))
            return new Fault(FaultCode.FileUnusable, named is null ? "No genesis is pinned here; name the network's file with --genesis." : $"There is no file {named}.");
        return ReadGenesis(path);
    }

    private Result<Hash32?> ExpectedGenesis()
    {
        string? named = parsed.GetValue(options.Genesis);
        if (named is not null && !File.Exists(named))
            return Hash32.TryParse(named, out Hash32 hash) ? hash : new Fault(FaultCode.UsageWrong, "--genesis is neither a file that exists nor a hash of 64 hexadecimal digits.");
        string path = named ?? WalletFolder.PinnedGenesis(KeyPath);
        if (named is null && !File.Exists(path)) return Result<Hash32?>.Ok(null);
        return ReadGenesis(path).TryGet(out GenesisFile? file, out Fault fault) ? file.Hash : fault;
    }

    private static Result<GenesisFile> ReadGenesis(string path)
    {
        FileInfo file = new(path);
        return file.Length > GenesisFile.BytesMax ? new Fault(FaultCode.FormatLimit, "The genesis file is too large.") : GenesisFile.Decode(File.ReadAllBytes(path));
    }

    private string? Set(string name) => terminal.Variable(name) is { Length: > 0 } value ? value : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int i = _opened.Count - 1; i >= 0; i--) _opened[i].Dispose();
    }
}
