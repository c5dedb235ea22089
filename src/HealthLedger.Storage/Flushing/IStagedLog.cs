namespace HealthLedger.Storage.Flushing;

/// <summary>A log that takes part in the group commit. The three calls come from one thread at a time, in this order.</summary>
internal interface IStagedLog
{
    /// <summary>Closes what was staged up to now; false where there was nothing.</summary>
    bool Take();

    /// <summary>Writes what was taken and returns when it is durable.</summary>
    void WriteTaken();

    /// <summary>Called when everything taken by all logs of this round is durable.</summary>
    void Complete();
}
