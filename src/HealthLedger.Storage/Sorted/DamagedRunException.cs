namespace HealthLedger.Storage.Sorted;

/// <summary>A run file did not read back as it was written. The owner of the sorted store decides how to heal it.</summary>
internal sealed class DamagedRunException(string file, long offset) : IOException($"The file {file} is damaged at byte {offset}.")
{
    public string File => file;

    public long Offset => offset;
}
