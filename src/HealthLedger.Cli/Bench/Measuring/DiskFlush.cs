using System.Diagnostics;

namespace HealthLedger.Cli.Bench.Measuring;

/// <summary>How long the disk takes to say that 4 KiB are flushed. On many machines a cache answers; the number claims nothing.</summary>
internal static class DiskFlush
{
    private const int Page = 4096, Times = 200;

    /// <summary>The median in milliseconds.</summary>
    public static double Measure(string folder)
    {
        string path = Path.Combine(folder, "flush.probe");
        double[] times = new double[Times];
        byte[] page = new byte[Page];
        using (FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.WriteThrough))
        {
            file.SetLength(Page * Times);
            file.Flush(flushToDisk: true);
            for (int i = 0; i < Times; i++)
            {
                long started = Stopwatch.GetTimestamp();
                file.Position = (long)i * Page;
                file.Write(page);
                file.Flush(flushToDisk: true);
                times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }
        }
        File.Delete(path);
        Array.Sort(times);
        return times[Times / 2];
    }
}
