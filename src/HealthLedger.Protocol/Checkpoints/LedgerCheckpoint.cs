using System.Collections.Immutable;
using System.Globalization;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Notes;

namespace HealthLedger.Protocol.Checkpoints;

/// <summary>A checkpoint that enough members cosigned: the head of shard 0's tree, which holds every shard's.</summary>
/// <param name="Size">Leaves of shard 0's tree.</param>
/// <param name="Root">Its root.</param>
/// <param name="Members">Who cosigned, by index in the configuration, ascending.</param>
/// <param name="Config">The number of the configuration that cosigned.</param>
public sealed record VerifiedCheckpoint(long Size, Hash32 Root, ImmutableArray<int> Members, int Config = 0);

/// <summary>
/// The network's checkpoint as a C2SP signed note (FORMATS.md section 5): origin, size and root of shard 0's tree and one ECDSA line a
/// cosigning member. Where C2SP has Ed25519 cosignatures with a time, ours are plain signatures of type 2.
/// </summary>
public sealed class LedgerCheckpoint
{
    private const string OriginPrefix = "healthledger.org/";

    /// <summary>The keys and the origin of a configuration's checkpoints.</summary>
    public LedgerCheckpoint(Configuration configuration)
    {
        Configuration = configuration;
        Origin = OriginOf(configuration.Network);
        Keys = [.. configuration.ValidatorKeys.Select((key, member) => new NoteKey(NameOf(configuration.Network, configuration.Number, member), key))];
    }

    /// <summary>The configuration whose members cosign.</summary>
    public Configuration Configuration { get; }

    /// <summary>Names the log.</summary>
    public string Origin { get; }

    /// <summary>The members' note keys, by index.</summary>
    public ImmutableArray<NoteKey> Keys { get; }

    /// <summary>The origin of a network's checkpoints.</summary>
    public static string OriginOf(string network) => OriginPrefix + network;

    /// <summary>The name of a member's note key: the origin, a slash, the configuration's number and a slash where it is not 0, the index.</summary>
    public static string NameOf(string network, int config, int member) =>
        config == 0 ? string.Create(CultureInfo.InvariantCulture, $"{OriginPrefix}{network}/{member}") : string.Create(CultureInfo.InvariantCulture, $"{OriginPrefix}{network}/{config}/{member}");

    /// <summary>The highest configuration that a note's signature lines name; 0 where none does. Nothing is verified: it says which configuration to verify the note by.</summary>
    public static int ConfigOf(SignedNote note, string network)
    {
        string prefix = OriginOf(network) + "/";
        int highest = 0;
        foreach (NoteSignature line in note.Signatures)
        {
            if (!line.Name.StartsWith(prefix, StringComparison.Ordinal)) continue;
            string[] parts = line.Name[prefix.Length..].Split('/');
            if (parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int config)) highest = Math.Max(highest, config);
        }
        return highest;
    }

    /// <summary>The text that is signed.</summary>
    public string TextOf(long size, Hash32 root) => new Checkpoint(Origin, (ulong)size, root).ToText();

    /// <summary>A member's signature line: one signature. What was cosigned last must be on disk first.</summary>
    /// <exception cref="ArgumentException">The signer's key is not the member's validator key.</exception>
    public NoteSignature Cosign(int member, ISigner validator, long size, Hash32 root) => Keys[member].Sign(validator, TextOf(size, root));

    /// <summary>True when a signature line is this member's over this head: one verification.</summary>
    public bool IsCosignature(int member, NoteSignature signature, long size, Hash32 root) =>
        signature.Name == Keys[member].Name && signature.KeyId == Keys[member].KeyId
        && Keys[member].Verify(System.Text.Encoding.UTF8.GetBytes(TextOf(size, root)), signature.Signature.Span);

    /// <summary>The note of a head and its signature lines, as it is published.</summary>
    public SignedNote Assemble(long size, Hash32 root, IReadOnlyList<NoteSignature> signatures) => new(TextOf(size, root), signatures);

    /// <summary>Checks a note: one verification a member's line; lines of others, such as witnesses, are passed over.</summary>
    /// <param name="note">The note's text.</param>
    /// <param name="least">How many members must have cosigned; the quorum where not given.</param>
    public Result<VerifiedCheckpoint> Verify(string note, int? least = null) =>
        SignedNote.Parse(note).TryGet(out SignedNote? parsed, out Fault fault) ? Verify(parsed, least) : fault;

    /// <summary>Checks a note; see <see cref="Verify(string, int?)"/>.</summary>
    public Result<VerifiedCheckpoint> Verify(SignedNote note, int? least = null)
    {
        if (!note.Verify(Keys).TryGet(out IReadOnlyList<INoteVerifier>? verified, out Fault fault)) return fault;
        if (!Checkpoint.Parse(note.Text).TryGet(out Checkpoint? checkpoint, out fault)) return fault;
        if (checkpoint.Origin != Origin) return new Fault(FaultCode.ProofInvalid, "The checkpoint is another log's.");
        if (checkpoint.Extensions.Count > 0) return new Fault(FaultCode.TextMalformed, "The checkpoint has extension lines.");
        if (checkpoint.Size > (ulong)FormatItems.IntegerMax) return new Fault(FaultCode.FormatLimit, "The checkpoint's size is beyond any tree's.");
        ImmutableArray<int> members = [.. Enumerable.Range(0, Keys.Length).Where(member => verified.Contains(Keys[member]))];
        return members.Length >= (least ?? Configuration.Q)
            ? new VerifiedCheckpoint((long)checkpoint.Size, checkpoint.Root, members, Configuration.Number)
            : new Fault(FaultCode.SignerUnknown, $"{members.Length} members cosigned the checkpoint, {least ?? Configuration.Q} must.");
    }
}
