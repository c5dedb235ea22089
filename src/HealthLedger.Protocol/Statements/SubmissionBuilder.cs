using System.Collections.Immutable;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Cose;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Merkle;

namespace HealthLedger.Protocol.Statements;

/// <summary>Collects the events of one statement and signs it. Salts, nonce and times are given: nothing here draws or looks at a clock.</summary>
/// <param name="network">The network's name.</param>
/// <param name="shard">The shard of every event.</param>
/// <param name="issuer">The did whose authority is used.</param>
public sealed class SubmissionBuilder(string network, int shard, string issuer)
{
    private readonly List<Event> _events = [];
    private int _bytes = Statement.BytesMax + 16;

    /// <summary>The issuer's counter + 1 where the issuer is a patient.</summary>
    public long? Seq { get; set; }

    /// <summary>Whether one refusal refuses all.</summary>
    public bool Atomic { get; set; }

    /// <summary>How many events it has.</summary>
    public int Count => _events.Count;

    /// <summary>An upper bound of the submission's bytes so far.</summary>
    public int LengthMax => _bytes;

    /// <summary>Adds an event; a fault, and nothing added, where count or bytes would pass the limit.</summary>
    public Fault? Add(Event item)
    {
        if (_events.Count == Statement.EventsMax) return new Fault(FaultCode.FormatLimit, $"A statement covers at most {Statement.EventsMax} events.");
        if (_bytes + item.Bytes.Length + EventHeadBytesMax > Submission.BytesMax) return new Fault(FaultCode.FormatLimit, $"A submission has at most {Submission.BytesMax} bytes.");
        _bytes += item.Bytes.Length + EventHeadBytesMax;
        _events.Add(item);
        return null;
    }

    /// <summary>Encodes, hashes and adds an event.</summary>
    /// <param name="type">The number of its type.</param>
    /// <param name="subject">1 to 255 bytes of UTF-8.</param>
    /// <param name="salt">Random.</param>
    /// <param name="body">One canonical map.</param>
    /// <returns>The event, or a fault with nothing added.</returns>
    public Result<Event> Add(uint type, string subject, Id16 salt, ReadOnlySpan<byte> body)
    {
        if (!Event.Create(type, subject, salt, body).TryGet(out Event item, out Fault fault)) return fault;
        return Add(item) is { } full ? full : item;
    }

    /// <summary>Signs what was added: one signature and one hash an event.</summary>
    /// <param name="signer">The key that signs; under a patient's identity it may be the steward's.</param>
    /// <param name="issuedAt">Now, in milliseconds since 1970.</param>
    /// <param name="notAfter">At most 24 hours later.</param>
    /// <param name="nonce">Random.</param>
    public Result<Submission> Sign(ISigner signer, long issuedAt, long notAfter, Id16 nonce)
    {
        if (_events.Count == 0) return new Fault(FaultCode.FormatValue, "A statement covers at least one event.");
        if (!NetworkName.IsValid(network)) return new Fault(FaultCode.TextMalformed, "The text is not a network's name.");
        if (shard is < 0 or > Shards.CountMax) return new Fault(FaultCode.FormatValue, $"A shard is a number from 0 to {Shards.CountMax}.");
        if (issuedAt is < 0 or > FormatItems.TimeMax || notAfter is < 0 or > FormatItems.TimeMax || Seq is < 0 or > FormatItems.IntegerMax)
            return new Fault(FaultCode.FormatValue, "A time or counter lies outside its range.");
        CborWriter list = new(_bytes);
        list.WriteArrayStart(_events.Count);
        foreach (Event item in _events) list.WriteBytes(item.Bytes.Span);
        Hash32 root = MerkleTree.Root(_events.Select(item => item.Hash).ToArray());
        byte[] header = StatementCodec.EncodeProtected(signer.Public.KeyId, issuer, network, shard);
        byte[] payload = StatementCodec.EncodePayload(network, shard, _events.Count, root, issuedAt, notAfter, nonce, Seq, Atomic);
        if (!Statement.Decode(CoseSign1.Sign(signer, header, payload)).TryGet(out Statement? statement, out Fault fault)) return fault;
        return new Submission(statement, [.. _events], list.ToArray());
    }

    private const int EventHeadBytesMax = 5;
}
