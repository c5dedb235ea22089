using System.Text;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Checkpoints;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Notes;
using HealthLedger.Validator.Configurations;

namespace HealthLedger.Validator.Checkpoints;

/// <summary>
/// Gathers the members' cosignatures of shard 0's head into the checkpoint that is published: a C2SP signed note with at least q lines. The own
/// line is made only after the core says that the cosigned size is on disk. Only sizes that this replica has cosigned itself are assembled, so that
/// a note never says what the own tree does not. A head is cosigned by the members of the configuration that its block is of. The newest note is kept beside the store; losing it costs nothing but the wait for the next.
/// </summary>
internal sealed class CheckpointBoard
{
    private const int SizesKept = 16;

    private readonly ConfigurationBook _book;
    private readonly ValidatorKeys _keys;
    private readonly Action<int, ReadOnlyMemory<byte>> _sendToAll;
    private readonly string _path;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<(long Size, int Config), Head> _heads = [];
    private LedgerCheckpoint? _format;
    private string? _newest;
    private long _newestSize;

    /// <param name="book">The configurations.</param>
    /// <param name="keys">The member's keys.</param>
    /// <param name="folder">Where the newest note is kept.</param>
    /// <param name="sendToAll">Sends a cosignature to the other members of a configuration.</param>
    public CheckpointBoard(ConfigurationBook book, ValidatorKeys keys, string folder, Action<int, ReadOnlyMemory<byte>> sendToAll)
    {
        (_book, _keys, _sendToAll) = (book, keys, sendToAll);
        _path = Path.Combine(folder, "checkpoint.note");
    }

    /// <summary>Takes in the note that was kept at an earlier run. The configurations are known by now.</summary>
    public void Load()
    {
        if (!File.Exists(_path)) return;
        string text = File.ReadAllText(_path);
        if (!SignedNote.Parse(text).TryGet(out SignedNote? note, out _) || FormatOf(LedgerCheckpoint.ConfigOf(note, _book.Genesis.Network)) is not { } format) return;
        if (!format.Verify(note).TryGet(out VerifiedCheckpoint? known, out _)) return;
        lock (_gate) (_newest, _newestSize) = (text, known.Size);
    }

    /// <summary>The newest note with a quorum of lines; null before the first.</summary>
    public string? Newest
    {
        get
        {
            lock (_gate) return _newest;
        }
    }

    /// <summary>Cosigns a committed head of shard 0 and tells the others: one signature.</summary>
    /// <param name="config">The configuration that the head's block is of.</param>
    /// <param name="size">Leaves of its tree.</param>
    /// <param name="root">The tree's root.</param>
    public void Cosign(int config, long size, Hash32 root)
    {
        if (_keys.For(config) is not { } signer || FormatOf(config) is not { } format) return;
        int self = _keys.Self(config);
        NoteSignature own = format.Cosign(self, signer, size, root);
        CborWriter writer = new();
        writer.WriteArrayStart(3);
        writer.WriteUInt((ulong)size);
        writer.WriteHash(root);
        writer.WriteBytes(own.Signature.Span);
        lock (_gate)
        {
            Head head = HeadOf(size, format);
            head.Root = root;
            head.Lines[self] = (root, own);
            Assemble(size, head);
        }
        _sendToAll(config, writer.ToArray());
    }

    /// <summary>Takes another member's cosignature, whose index is of that configuration; anything else is dropped.</summary>
    public void Take(int config, int from, ReadOnlyMemory<byte> payload)
    {
        CborReader reader = new(payload.Span);
        reader.ReadArrayStart(3);
        long size = (long)reader.ReadUInt(long.MaxValue);
        Hash32 root = reader.ReadHash();
        byte[] bytes = reader.ReadBytesUpTo(EcdsaDer.LengthMax).ToArray();
        if (!reader.End() || from == _keys.Self(config) || FormatOf(config) is not { } format) return;
        NoteSignature line = new(format.Keys[from].Name, format.Keys[from].KeyId, bytes);
        if (!format.IsCosignature(from, line, size, root)) return;
        lock (_gate)
        {
            if (size < _newestSize || (_heads.Count >= SizesKept && !_heads.ContainsKey((size, config)) && size < _heads.Keys.First().Size)) return;
            Head head = HeadOf(size, format);
            head.Lines[from] = (root, line);
            Assemble(size, head);
        }
    }

    private LedgerCheckpoint? FormatOf(int config)
    {
        lock (_gate)
        {
            if (_format?.Configuration.Number == config) return _format;
            return _book.TryGet(config) is { } configuration ? _format = new LedgerCheckpoint(configuration) : null;
        }
    }

    private Head HeadOf(long size, LedgerCheckpoint format)
    {
        (long, int) key = (size, format.Configuration.Number);
        if (!_heads.TryGetValue(key, out Head? head)) _heads[key] = head = new Head(format);
        while (_heads.Count > SizesKept) _heads.Remove(_heads.Keys.First());
        return head;
    }

    // Later lines of the same head are added to the note, too.
    private void Assemble(long size, Head head)
    {
        if (head.Root is not { } root || size < _newestSize) return;
        List<NoteSignature> lines = [.. head.Lines.Where(line => line is { } known && known.Root == root).Select(line => line!.Value.Line)];
        if (lines.Count < head.Format.Configuration.Q) return;
        (_newest, _newestSize) = (head.Format.Assemble(size, root, lines).ToString(), size);
        string temporary = _path + ".new";
        File.WriteAllText(temporary, _newest, Encoding.UTF8);
        File.Move(temporary, _path, overwrite: true);
    }

    private sealed class Head(LedgerCheckpoint format)
    {
        public LedgerCheckpoint Format => format;

        /// <summary>The root that this replica has cosigned; null while it has not.</summary>
        public Hash32? Root { get; set; }

        public (Hash32 Root, NoteSignature Line)?[] Lines { get; } = new (Hash32, NoteSignature)?[format.Configuration.N];
    }
}
