using System.Diagnostics;
using HealthLedger.Protocol;

namespace HealthLedger.Validator.Telemetry;

/// <summary>
/// Where spans of a member's node come from, and how the traces of different members find each other. Attributes are places, counts, codes and
/// times; never an identity, a name, a resource's id or free text.
/// </summary>
/// <remarks>
/// Nothing of a trace crosses between members. A block's trace has the block's hash for its id, so every member writes its part of the same
/// trace without having been told of it; the span at the member that took a statement in links the request's trace to the block's.
/// </remarks>
public static class LedgerTrace
{
    /// <summary>The name of the source.</summary>
    public const string SourceName = "HealthLedger";

    private const int ShortCharacters = 16;

    /// <summary>The source.</summary>
    public static ActivitySource Source { get; } = new(SourceName);

    /// <summary>True when somebody listens; without it nothing is put together for a trace.</summary>
    public static bool IsHeard => Source.HasListeners();

    /// <summary>The trace of a block, under which every member's spans of it hang. Its parent span is nobody's: it follows from the hash, as the trace does.</summary>
    /// <param name="block">The block's hash.</param>
    /// <param name="keep">The trace is to be kept because a request that is kept lies in the block; else the hash decides, everywhere alike.</param>
    public static ActivityContext OfBlock(Hash32 block, bool keep) => new(
        ActivityTraceId.CreateFromBytes(block.Bytes[..16]), ActivitySpanId.CreateFromBytes(block.Bytes[16..24]), keep ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None, isRemote: !keep);

    /// <summary>
    /// Enough of a statement's id to find it in its block. The whole id is not for logs and traces, which travel further than a replica: who has it gets the
    /// statement's receipts, with the subject in them, from any door.
    /// </summary>
    public static string Short(Hash32 statementId) => Convert.ToHexStringLower(statementId.Bytes[..(ShortCharacters / 2)]);
}
