using System.Security.Cryptography;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Actors.Nodes;

/// <summary>
/// Writes statements in the name of the member whose node this is: closing entries, notes in the directory. Nothing about a patient's records is
/// ever written by it.
/// </summary>
/// <param name="seat">Who the member is among the members of today; null while it is none of them.</param>
/// <param name="network">The network.</param>
/// <param name="signer">A signing key of the member's organization.</param>
/// <param name="submit">The way into the ledger.</param>
/// <param name="clock">Dates the statements.</param>
/// <param name="random">Salts and nonces.</param>
public sealed class MemberPen(Func<MemberSeat?> seat, string network, ISigner signer,
    Func<SubmissionEnvelope, CancellationToken, ValueTask<Result<CommittedStatement>>> submit, TimeProvider clock, RandomNumberGenerator random)
{
    private const long ValidMilliseconds = 600_000;

    /// <summary>Who the member is among the members of today; null while it is none of them.</summary>
    public MemberSeat? Seat => seat();

    /// <summary>Signs events of one shard as one statement and waits until it is committed.</summary>
    public async ValueTask<Result<CommittedStatement>> WriteAsync(int shard, IReadOnlyList<(uint Type, string Subject, byte[] Body)> events, CancellationToken cancel = default)
    {
        if (Seat is not { } own) return new Fault(FaultCode.Unavailable, "This node is no member's, now or any more.");
        SubmissionBuilder builder = new(network, shard, own.Did);
        foreach ((uint type, string subject, byte[] body) in events)
        {
            if (!builder.Add(type, subject, RandomId(), body).TryGet(out _, out Fault refused)) return refused;
        }
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (!builder.Sign(signer, now, now + ValidMilliseconds, RandomId()).TryGet(out Submission? submission, out Fault fault)) return fault;
        return await submit(new SubmissionEnvelope(submission.Encode(), []), cancel);
    }

    private Id16 RandomId()
    {
        Span<byte> bytes = stackalloc byte[Id16.Length];
        random.GetBytes(bytes);
        return new Id16(bytes);
    }
}

/// <summary>A member among the members of today.</summary>
/// <param name="Index">Its index.</param>
/// <param name="Members">How many there are.</param>
/// <param name="Did">Its DID.</param>
public sealed record MemberSeat(int Index, int Members, string Did);
