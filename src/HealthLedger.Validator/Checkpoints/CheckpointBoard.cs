using System.Text;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Checkpoints;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Notes;

namespace HealthLedger.Validator.Checkpoints;

/// <summary>
/// Gathers the members' cosignatures of shard 0's head into the checkpoint that is published: a C2SP signed note with at least q lines. The own
/// line is made only after the core says that the cosigned size is on disk. Only sizes that this replica has cosigned itself are assembled, so that
/// a note never says what the own tree does not. The newest note is kept beside the store; losing it costs nothing but the wait for the next.
/// </summary>
internal sealed class CheckpointBoard
{
    private const int SizesKept = 16;

    private readonly LedgerCheckpoint _format;
    private readonly int _self;
    private readonly ISigner _signer;
    private readonly Action<ReadOnlyMemory<byte>> _sendToAll;
    private readonly string _path;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, Head> _heads = [];
    private string? _newest;
    private long _newestSize;

    public CheckpointBoard(Configuration configuration, int self, ISigner signer, string folder, Action<ReadOnlyMemory<byte>> sendToAll)
    {
        (_format, _self, _signer, _sendToAll) = (new LedgerCheckpoint(configuration), self, signer, sendToAll);
        _path = Path.Combine(folder, "checkpoint.note");
        if (File.Exists(_path) && _format.Verify(File.ReadAllText(_path)).TryGet(out VerifiedCheckpoint? known, out _))
            (_newest, _newestSize) = (File.ReadAllText(_path), known.Size);
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
    public void Cosign(long size, Hash32 root)
    {
        NoteSignature own = _format.Cosign(_self, _signer, size, root);
        CborWriter writer = new();
        writer.WriteArrayStart(3);
        writer.WriteUInt((ulong)size);
        writer.WriteHash(root);
        writer.WriteBytes(own.Signature.Span);
        lock (_gate)
        {
            Head head = HeadOf(size);
            head.Root = root;
            head.Lines[_self] = (root, own);
            Assemble(size, head);
        }
        _sendToAll(writer.ToArray());
    }

    /// <summary>Takes another member's cosignature; anything else is dropped.</summary>
    public void Take(int from, ReadOnlyMemory<byte> payload)
    {
        CborReader reader = new(payload.Span);
        reader.ReadArrayStart(3);
        long size = (long)reader.ReadUInt(long.MaxValue);
        Hash32 root = reader.ReadHash();
        byte[] bytes = reader.ReadBytesUpTo(EcdsaDer.LengthMax).ToArray();
        if (!reader.End() || from == _self) return;
        NoteSignature line = new(_format.Keys[from].Name, _format.Keys[from].KeyId, bytes);
        if (!_format.IsCosignature(from, line, size, root)) return;
        lock (_gate)
        {
            if (size < _newestSize || (_heads.Count >= SizesKept && !_heads.ContainsKey(size) && size < _heads.Keys.First())) return;
            Head head = HeadOf(size);
            head.Lines[from] = (root, line);
            Assemble(size, head);
        }
    }

    private Head HeadOf(long size)
    {
        if (!_heads.TryGetValue(size, out Head? head)) _heads[size] = head = new Head(_format.Configuration.N);
        while (_heads.Count > SizesKept) _heads.Remove(_heads.Keys.First());
        return head;
    }

    // Later lines of the same head are added to the note, too.
    private void Assemble(long size, Head head)
    {
        if (head.Root is not { } root || size < _newestSize) return;
        List<NoteSignature> lines = [.. head.Lines.Where(line => line is { } known && known.Root == root).Select(line => line!.Value.Line)];
        if (lines.Count < _format.Configuration.Q) return;
        (_newest, _newestSize) = (_format.Assemble(size, root, lines).ToString(), size);
        string temporary = _path + ".new";
        File.WriteAllText(temporary, _newest, Encoding.UTF8);
        File.Move(temporary, _path, overwrite: true);
    }

    private sealed class Head(int members)
    {
        /// <summary>The root that this replica has cosigned; null while it has not.</summary>
        public Hash32? Root { get; set; }

        public (Hash32 Root, NoteSignature Line)?[] Lines { get; } = new (Hash32, NoteSignature)?[members];
    }
}
