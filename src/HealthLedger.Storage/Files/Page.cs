namespace HealthLedger.Storage.Files;

/// <summary>The unit of direct writes.</summary>
internal static class Page
{
    /// <summary>Bytes in a page.</summary>
    public const int Bytes = 4096;

    /// <summary>The next multiple of a page at or above <paramref name="length"/>.</summary>
    public static long RoundUp(long length) => (length + Bytes - 1) & ~(long)(Bytes - 1);
}
