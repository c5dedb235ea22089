using HealthLedger.Protocol;
using HealthLedger.Validator.Wire;

namespace HealthLedger.Faults.Member;

/// <summary>Keeps what other members hand it from every block, and what is handed to it from every member; its blocks hold what comes through its own door alone.</summary>
internal sealed class Censor : Manner
{
    private int _kept;

    /// <inheritdoc/>
    public override string Did => $"{_kept} statements kept from the ledger";

    /// <inheritdoc/>
    public override IEnumerable<(Hash32 To, ReadOnlyMemory<byte> Message)> Send(Hash32 to, ReadOnlyMemory<byte> message) => IsStatement(message) ? [] : [(to, message)];

    /// <inheritdoc/>
    public override bool Hears(Hash32 from, ReadOnlyMemory<byte> message, Action<Hash32, ReadOnlyMemory<byte>> post) => !IsStatement(message);

    private bool IsStatement(ReadOnlyMemory<byte> message)
    {
        if (!MessageCodec.TryReadHead(message.Span, out _, out MessageKind kind, out _) || kind is not (MessageKind.Forward or MessageKind.Share)) return false;
        Interlocked.Increment(ref _kept);
        return true;
    }
}
