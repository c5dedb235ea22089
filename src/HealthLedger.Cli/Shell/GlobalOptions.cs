using System.CommandLine;

namespace HealthLedger.Cli.Shell;

/// <summary>The options that every command takes.</summary>
internal static class GlobalOptions
{
    /// <summary>The node where none is named.</summary>
    public const string DefaultNode = "http://127.0.0.1:8080";

    /// <summary>Most nodes of one command.</summary>
    public const int NodesMax = 64;

    /// <summary>The variable that names the node, or several with commas between.</summary>
    public const string NodeVariable = "HEALTHLEDGER_NODE";

    /// <summary>The variable that names the key folder.</summary>
    public const string KeysVariable = "HEALTHLEDGER_KEYS";
}

/// <summary>One set of the options that every command takes; made with each command tree.</summary>
internal sealed class GlobalOptionSet
{
    /// <summary>The nodes' addresses.</summary>
    public Option<string[]> Node { get; } = new("--node") { Description = $"A node's address; given several times, the next is asked where one fails (or {GlobalOptions.NodeVariable}, with commas between; else {GlobalOptions.DefaultNode})", HelpName = "URL", Recursive = true };

    /// <summary>The key folder.</summary>
    public Option<string?> Keys { get; } = new("--keys") { Description = $"The folder with the wallets (or {GlobalOptions.KeysVariable}; else ~/.healthledger)", HelpName = "FOLDER", Recursive = true };

    /// <summary>Who acts.</summary>
    public Option<string?> As { get; } = new("--as") { Description = "The wallet that acts (else the one in use, else the only one)", HelpName = "WALLET", Recursive = true };

    /// <summary>A file with the passphrase.</summary>
    public Option<string?> PassphraseFile { get; } = new("--passphrase-file") { Description = "A file whose first line opens the wallets (or HEALTHLEDGER_PASSPHRASE; else it is asked)", HelpName = "FILE", Recursive = true };

    /// <summary>What the network must be.</summary>
    public Option<string?> Genesis { get; } = new("--genesis") { Description = "The genesis file, or its hash in hexadecimal, that the network must have (else the one pinned in the key folder)", HelpName = "FILE|HASH", Recursive = true };

    /// <summary>Whether a program reads the result.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Print one JSON document instead of text", Recursive = true };

    /// <summary>All of them, in the order of the help.</summary>
    public IEnumerable<Option> All => [Node, Keys, As, PassphraseFile, Genesis, Json];
}
