using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.State;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.Contracts;
using HealthLedger.Rules.State;

namespace HealthLedger.Rules.Execution;

/// <summary>
/// What a statement must pass to be in a block at all (PROTOCOL section 2). A door asks before it forwards, a leader before it proposes, a
/// replica before it votes; what fails is never an entry. In three parts by cost: <see cref="Form"/> needs no state, the signature is
/// <see cref="SignatureCache"/>'s, <see cref="Admit"/> needs the state at the statement's place in the order.
/// </summary>
public static class StatementCheck
{
    /// <summary>Network, shard of every subject, events under eventsRoot, and times that fit each other. About two hashes an event; no state.</summary>
    public static Fault? Form(Submission submission, string network, int shard, int shards)
    {
        Statement statement = submission.Statement;
        if (statement.Shard != shard) return new Fault(FaultCode.PlaceWrong, $"The statement is for shard {statement.Shard}, not {shard}.");
        if (submission.CheckPlace(network, shards) is { } misplaced) return new Fault(FaultCode.PlaceWrong, misplaced.Message);
        if (statement.NotAfter < statement.IssuedAt || statement.NotAfter - statement.IssuedAt > RuleLimits.DayMilliseconds)
            return new Fault(FaultCode.StatementTimes, "The statement ends before it begins, or more than 24 hours after.");
        return submission.CheckShape();
    }

    /// <summary>Whether a block of this time may take the statement.</summary>
    public static Fault? Times(Statement statement, long time)
    {
        if (statement.IssuedAt > time + RuleLimits.EarlyMilliseconds) return new Fault(FaultCode.StatementEarly, "The statement was issued more than 5 seconds after the block's time.");
        return statement.NotAfter < time ? new Fault(FaultCode.StatementExpired, "The statement expired before the block's time.") : null;
    }

    /// <summary>
    /// Everything that depends on the state, the signature included: times, id not remembered, room to remember it, key, signature, seq.
    /// </summary>
    /// <param name="submission">Its form is checked already.</param>
    /// <param name="network">The network's name.</param>
    /// <param name="state">The state at this place in the order.</param>
    /// <param name="directory">As of the block's directory height.</param>
    /// <param name="time">Block time, in milliseconds since 1970.</param>
    /// <param name="signatures">Those checked before.</param>
    /// <param name="remembered">Statements remembered at this place.</param>
    public static Result<Signer> Admit(Submission submission, string network, IRowReader state, DirectoryView directory, long time, SignatureCache signatures, long remembered)
    {
        Statement statement = submission.Statement;
        if (Times(statement, time) is { } late) return late;
        RowKey id = RowKey.Of(Table.Statement, statement.Id);
        if (state.TryGet(id.Span, out _)) return new Fault(FaultCode.StatementRemembered, "The statement is in the ledger already.");
        if (remembered >= RuleLimits.StatementsRemembered) return new Fault(FaultCode.StatementMemoryFull, "The shard remembers as many statements as it can.");
        if (!SignerFinder.Find(submission, network, state, directory, time).TryGet(out FoundSigner found, out Fault fault)) return fault;
        if (Sequence(submission, found.Signer, state) is { } wrong) return wrong;
        if (!signatures.Verify(statement, found.Sec1.Span)) return new Fault(FaultCode.SignatureInvalid, "The statement's signature does not verify.");
        return found.Signer;
    }

    private static Fault? Sequence(Submission submission, in Signer signer, IRowReader state)
    {
        Statement statement = submission.Statement;
        if (signer.Authority == Authority.Organization)
            return statement.Seq is null ? null : new Fault(FaultCode.SequenceUnfit, "Under an organization's identity a statement has no seq.");
        if (statement.Seq is not { } seq) return new Fault(FaultCode.SequenceUnfit, "Under a patient's identity a statement has a seq.");
        Span<byte> issuer = stackalloc byte[LedgerDid.TextLengthMax];
        int length = System.Text.Encoding.ASCII.GetBytes(statement.Issuer, issuer);
        foreach (ref readonly Event item in submission.Events.AsSpan())
            if (!item.SubjectUtf8.SequenceEqual(issuer[..length])) return new Fault(FaultCode.SequenceUnfit, "Under a patient's identity every event's subject is that patient.");
        long counter = Counters.Sequence(state, signer.Issuer);
        return seq == counter + 1 ? null : new Fault(FaultCode.SequenceWrong, $"The statement's seq is {seq}; the next one is {counter + 1}.");
    }
}
