namespace HealthLedger.Consensus;

/// <summary>The times and bounds of PROTOCOL section 4, one place each.</summary>
public static class ConsensusTimes
{
    /// <summary>Rule 1: complain after this long without a commit, doubled for each epoch without one.</summary>
    public const long ComplainMilliseconds = 500;

    /// <summary>Rule 1: the doubling ends here.</summary>
    public const long ComplainMillisecondsMax = 8_000;

    /// <summary>Rule 1: a complaint is repeated this often.</summary>
    public const long RepeatMilliseconds = 500;

    /// <summary>Rule 1: a statement uncommitted this long is sent to all.</summary>
    public const long ShareMilliseconds = 1_000;

    /// <summary>Rule 1: a statement that everybody has had for two seconds more, while other blocks commit, is being censored.</summary>
    public const long CensorMilliseconds = ShareMilliseconds + 2_000;

    /// <summary>Section 3: how far a block's time, or an unread change of the directory, may lie from a voter's clock.</summary>
    public const long ClockMilliseconds = 5_000;

    /// <summary>A leader repeats what was not answered this often.</summary>
    public const long ResendMilliseconds = 250;

    /// <summary>A replica asks again for missing blocks or statuses this often.</summary>
    public const long AskAgainMilliseconds = 500;

    /// <summary>Rule 3: blocks above the committed one.</summary>
    public const int Window = 8;

    /// <summary>Executed blocks above the committed one that a replica keeps in mind: a fetched range beside the window and what lost epochs left.</summary>
    public const int TreeMax = 128;

    /// <summary>
    /// Blocks in one answer to Fetch. Only the last of them comes with a certificate, and a receipt leads from its block to a certified one by at most 63 headers:
    /// one more here, and the first block of a range would have no receipts at who fetched it.
    /// </summary>
    public const int FetchMax = 63;
}
