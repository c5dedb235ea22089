using HealthLedger.Protocol.Errors;

namespace HealthLedger.Client.Submit;

/// <summary>What callers ask of a written statement.</summary>
public static class WrittenStatements
{
    /// <summary>The statement where every outcome is good, else the reason of the first that is not (of an atomic one, the refusal that caused the others).</summary>
    public static Result<WrittenStatement> AllGood(this Result<WrittenStatement> written)
    {
        if (!written.TryGet(out WrittenStatement? statement, out Fault fault)) return fault;
        int refused = statement.FirstRefused;
        if (refused < 0) return statement;
        for (int i = refused; i < statement.Outcomes.Count; i++)
            if (!statement.Outcomes[i].IsGood && statement.Outcomes[i].Reason is { } reason && reason != FaultCode.AtomicRefused) return Refusal(reason, i);
        return Refusal(statement.Outcomes[refused].Reason ?? FaultCode.AtomicRefused, refused);
    }

    /// <summary>A rule's reason as a fault, with the sentence of the table.</summary>
    internal static Fault Refusal(FaultCode reason, int index)
    {
        string sentence = FaultTable.Rows.FirstOrDefault(row => row.Code == reason)?.Sentence ?? "The rules refused it for a reason this software does not know.";
        return new Fault(reason, $"{sentence} (event {index})");
    }
}
