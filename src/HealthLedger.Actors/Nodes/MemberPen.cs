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
/// <param name="member">The member's index.</param>
/// <param name="did">The member's DID.</param>
/// <param name="network">The network.</param>
/// <param name="signer">A signing key of the member's organization.</param>
/// <param name="submit">The way into the ledger.</param>
/// <param name="clock">Dates the statements.</param>
/// <param name="random">Salts and nonces.</param>
public sealed class MemberPen(int member, string did, string network, ISigner signer,
    Func<SubmissionEnvelope, CancellationToken, ValueTask<Result<CommittedStatement>>> submit, TimeProvider clock, RandomNumberGenerator random)
{
    private const long ValidMilliseconds = 600_000;

    /// <summary>The member's index.</summary>
    public int Member => member;

    /// <summary>Signs events of one shard as one statement and waits until it is committed.</summary>
    public async ValueTask<Result<CommittedStatement>> WriteAsync(int shard, IReadOnlyList<(uint Type, string Subject, byte[] Body)> events, CancellationToken cancel = default)
    {
        SubmissionBuilder builder = new(network, shard, did);
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
