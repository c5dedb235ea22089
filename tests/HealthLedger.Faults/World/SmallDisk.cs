using System.Globalization;

namespace HealthLedger.Faults.World;

/// <summary>A disk in memory of a given size for one member's folder; needs the right to mount.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly string _path;

    private SmallDisk(string path) => _path = path;

    /// <summary>Mounts an empty disk there; null where mounting is refused.</summary>
    public static async Task<SmallDisk?> TryMountAsync(string path, int megabytes)
    {
        Directory.CreateDirectory(path);
        (bool good, _) = await Programs.RunAsync("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m,mode=0700"), "tmpfs", path);
        return good ? new SmallDisk(path) : null;
    }

    /// <summary>Fills it: a file takes all that is left.</summary>
    public async Task FillAsync()
    {
        byte[] piece = new byte[64 * 1024];
        await using FileStream filler = new(Filler, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        try
        {
            for (int size = piece.Length; size > 0; size /= 2)
                while (true)
                {
                    try
                    {
                        await filler.WriteAsync(piece.AsMemory(0, size));
                        filler.Flush(flushToDisk: true);
                    }
                    catch (IOException)
                    {
                        break;
                    }
                }
        }
        catch (IOException)
        {
            // Full is what it is to be.
        }
    }

    /// <summary>Makes room again.</summary>
    public void Free() => File.Delete(Filler);

    public async ValueTask DisposeAsync() => await Programs.RunAsync("umount", "-l", _path);

    private string Filler => Path.Combine(_path, "filler");
}
