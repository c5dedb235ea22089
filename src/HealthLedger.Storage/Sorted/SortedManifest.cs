using System.Buffers.Binary;

namespace HealthLedger.Storage.Sorted;

/// <summary>Which runs make up a sorted store, newest first, up to which mark of its log, and which older sets are pinned by a number.</summary>
internal sealed record SortedManifest(ulong NextRun, byte[] Mark, IReadOnlyList<RunInfo> Runs, IReadOnlyList<SortedPin> Pins)
{
    private const int CountMax = 10_000;

    public static SortedManifest Empty { get; } = new(1, [], [], []);

    public byte[] Encode()
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write(NextRun);
        WriteSet(writer, Mark, Runs);
        writer.Write(Pins.Count);
        foreach (SortedPin pin in Pins)
        {
            writer.Write(pin.Number);
            WriteSet(writer, pin.Mark, pin.Runs);
        }
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Reads what <see cref="Encode"/> wrote; null for anything else.</summary>
    public static SortedManifest? Decode(byte[] bytes)
    {
        try
        {
            using BinaryReader reader = new(new MemoryStream(bytes, writable: false));
            ulong next = reader.ReadUInt64();
            (byte[] mark, List<RunInfo> runs) = ReadSet(reader);
            List<SortedPin> pins = [];
            for (int count = Count(reader); count > 0; count--)
            {
                ulong number = reader.ReadUInt64();
                (byte[] pinMark, List<RunInfo> pinRuns) = ReadSet(reader);
                pins.Add(new SortedPin(number, pinMark, pinRuns));
            }
            return new SortedManifest(next, mark, runs, pins);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static void WriteSet(BinaryWriter writer, byte[] mark, IReadOnlyList<RunInfo> runs)
    {
        writer.Write(mark.Length);
        writer.Write(mark);
        writer.Write(runs.Count);
        foreach (RunInfo run in runs)
        {
            writer.Write(run.Id);
            writer.Write(run.Level);
            writer.Write(run.Length);
            writer.Write(run.TrailerCrc);
        }
    }

    private static (byte[] Mark, List<RunInfo> Runs) ReadSet(BinaryReader reader)
    {
        byte[] mark = reader.ReadBytes(Count(reader));
        List<RunInfo> runs = [];
        for (int count = Count(reader); count > 0; count--)
            runs.Add(new RunInfo(reader.ReadUInt64(), reader.ReadInt32(), reader.ReadInt64(), reader.ReadUInt32()));
        return (mark, runs);
    }

    private static int Count(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        return count is >= 0 and <= CountMax ? count : throw new InvalidDataException("The manifest counts more than can be.");
    }
}
