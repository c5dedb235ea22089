using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.State;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Execution;

/// <summary>
/// The signatures of a block that have not been checked before, to be checked on all cores: <c>Parallel.For(0, batch.Count, batch.Verify)</c>.
/// What is found good goes into the cache, where the execution finds it. A statement whose key is brought by an earlier one of the same block is
/// left to the execution.
/// </summary>
public sealed class SignatureBatch
{
    private readonly List<(Statement Statement, ReadOnlyMemory<byte> Sec1)> _open = [];
    private readonly SignatureCache _cache;

    private SignatureBatch(SignatureCache cache) => _cache = cache;

    /// <summary>Signatures to check.</summary>
    public int Count => _open.Count;

    /// <summary>Collects the signatures to check; two to four rows for each.</summary>
    public static SignatureBatch Plan(IEnumerable<Submission> submissions, string network, IRowReader state, DirectoryView directory, long time, SignatureCache cache)
    {
        SignatureBatch batch = new(cache);
        foreach (Submission submission in submissions)
            if (!cache.IsKnown(submission.Statement) && SignerFinder.Find(submission, network, state, directory, time).TryGet(out FoundSigner found, out Fault _))
                batch._open.Add((submission.Statement, found.Sec1));
        return batch;
    }

    /// <summary>Checks one; any thread, any order, each index once. A bad one is simply not remembered: the execution finds it again and says so.</summary>
    public void Verify(int index) => _cache.Verify(_open[index].Statement, _open[index].Sec1.Span);
}
