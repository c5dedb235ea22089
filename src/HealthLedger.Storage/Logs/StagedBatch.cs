using HealthLedger.Storage.Files;

namespace HealthLedger.Storage.Logs;

/// <summary>Records on their way to one place of one segment.</summary>
internal sealed class StagedBatch(Segment segment, long start, AlignedBuffer buffer)
{
    public Segment Segment => segment;

    public long Start => start;

    public AlignedBuffer Buffer => buffer;

    public bool IsClosed { get; private set; }

    /// <summary>Pads to whole pages and tells the segment where it ends.</summary>
    public void Close()
    {
        int padding = (int)(Page.RoundUp(buffer.Length) - buffer.Length);
        if (padding > 0) buffer.Extend(padding);
        IsClosed = true;
        segment.End = start + buffer.Length;
    }
}
