using System.Security.Cryptography;
using HealthLedger.Client.Connection;
using HealthLedger.Client.Keys;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Client.Network;

/// <summary>Signed questions to a node, each with a nonce of its own; faults that pass are tried again by the schedule. Safe for several threads.</summary>
/// <param name="connection">The node.</param>
/// <param name="network">The network.</param>
/// <param name="retry">How often and how long apart.</param>
/// <param name="clock">The time that queries are signed with.</param>
/// <param name="random">Where nonces come from.</param>
public sealed class LedgerQueries(ILedgerConnection connection, LedgerNetwork network, RetrySchedule retry, TimeProvider clock, RandomNumberGenerator random)
{
    /// <summary>A patient's head as the asker may see it; <c>HL-7005</c> or <c>HL-4033</c> where there is no such patient.</summary>
    public Task<Result<PatientHead>> PatientHeadAsync(Party asker, LedgerDid patient, CancellationToken cancel = default) =>
        AskAsync(asker, QueryMethod.PatientHead, new PatientHeadRequest(patient.ToString()).Encode(), PatientHead.Decode, cancel);

    /// <summary>Which of the asker's own record keys are in the ledger, in the order given; any number, asked 1,024 at a time.</summary>
    public async Task<Result<IReadOnlyList<RecordKeyHit?>>> RecordKeysAsync(Party asker, IReadOnlyList<Hash32> keys, CancellationToken cancel = default)
    {
        List<RecordKeyHit?> hits = new(keys.Count);
        foreach (Hash32[] chunk in keys.Chunk(ExchangeLimits.KeysMax))
        {
            Result<RecordKeysAnswer> answer = await AskAsync(asker, QueryMethod.RecordKeys, new RecordKeysRequest(chunk).Encode(), RecordKeysAnswer.Decode, cancel).ConfigureAwait(false);
            if (!answer.TryGet(out RecordKeysAnswer? page, out Fault fault)) return fault;
            if (page.Hits.Count != chunk.Length) return new Fault(FaultCode.ConnectionFailed, "The node answered for another number of keys.");
            hits.AddRange(page.Hits);
        }
        return hits;
    }

    /// <summary>Where resources lie, in the order given; any number, asked 1,024 at a time.</summary>
    public async Task<Result<IReadOnlyList<ResourceHit?>>> ResourcesAsync(Party asker, IReadOnlyList<Id16> ids, CancellationToken cancel = default)
    {
        List<ResourceHit?> hits = new(ids.Count);
        foreach (Id16[] chunk in ids.Chunk(ExchangeLimits.KeysMax))
        {
            Result<ResourcesAnswer> answer = await AskAsync(asker, QueryMethod.Resources, new ResourcesRequest(chunk).Encode(), ResourcesAnswer.Decode, cancel).ConfigureAwait(false);
            if (!answer.TryGet(out ResourcesAnswer? page, out Fault fault)) return fault;
            if (page.Hits.Count != chunk.Length) return new Fault(FaultCode.ConnectionFailed, "The node answered for another number of resources.");
            hits.AddRange(page.Hits);
        }
        return hits;
    }

    /// <summary>One page of what a permit opens.</summary>
    public Task<Result<ReleasePage>> ReleaseAsync(Party asker, ReleaseRequest request, CancellationToken cancel = default) =>
        AskAsync(asker, QueryMethod.Release, request.Encode(), ReleasePage.Decode, cancel);

    /// <summary>One page of a patient's log, for the patient or its steward.</summary>
    public Task<Result<LogPage>> AccessLogAsync(Party asker, LedgerDid patient, long after, int limit, CancellationToken cancel = default) =>
        AskAsync(asker, QueryMethod.AccessLog, new AccessLogRequest(patient.ToString(), after, limit).Encode(), LogPage.Decode, cancel);

    /// <summary>A patient's grants: all for the patient or its steward, else those to the asker.</summary>
    public Task<Result<GrantsAnswer>> GrantsAsync(Party asker, LedgerDid patient, CancellationToken cancel = default) =>
        AskAsync(asker, QueryMethod.Grants, new GrantsRequest(patient.ToString()).Encode(), GrantsAnswer.Decode, cancel);

    /// <summary>The receipt of one entry.</summary>
    public Task<Result<ReadOnlyMemory<byte>>> ReceiptAsync(Party asker, int shard, long leaf, CancellationToken cancel = default) =>
        AskAsync<ReadOnlyMemory<byte>>(asker, QueryMethod.Receipt, new ReceiptRequest(shard, leaf).Encode(), static bytes => bytes, cancel);

    private async Task<Result<T>> AskAsync<T>(Party asker, QueryMethod method, byte[] request, Func<ReadOnlyMemory<byte>, Result<T>> decode, CancellationToken cancel)
    {
        for (int attempt = 0; ; attempt++)
        {
            byte[] query = SignedQuery.Sign(asker.Signer, asker.Did.ToString(), network.Name, method, request, clock.GetUtcNow().ToUnixTimeMilliseconds(), Id16.Random(random));
            Result<ReadOnlyMemory<byte>> answer = await connection.QueryAsync(query, cancel).ConfigureAwait(false);
            if (answer.TryGet(out ReadOnlyMemory<byte> bytes, out Fault fault)) return decode(bytes);
            if (!RetrySchedule.Passes(fault.Code) || attempt + 1 >= retry.Attempts) return fault;
            await Task.Delay(retry.After(attempt), clock, cancel).ConfigureAwait(false);
        }
    }
}
