namespace HealthLedger.Cluster.Tests.Damage;

/// <summary>What can happen to a folder. The bytes that count lie in front of the zeros that files are filled with ahead, and so does the damage.</summary>
internal static class Ruin
{
    /// <summary>Deletes everything in a folder.</summary>
    public static void Empty(string folder)
    {
        foreach (string each in Directory.EnumerateDirectories(folder)) Directory.Delete(each, recursive: true);
        foreach (string each in Directory.EnumerateFiles(folder)) File.Delete(each);
    }

    /// <summary>Cuts every file at a random place.</summary>
    public static void Truncate(string folder, Random random)
    {
        foreach ((string path, long used) in Files(folder))
        {
            using FileStream stream = Open(path);
            stream.SetLength(random.NextInt64(used));
        }
    }

    /// <summary>Flips one bit at each of so many random places, over all files by their size.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="random">Which places.</param>
    /// <param name="count">How many.</param>
    /// <param name="spared">A folder below it that is left alone; null for none.</param>
    public static void Flip(string folder, Random random, int count, string? spared = null)
    {
        (string Path, long Used)[] files = [.. Files(folder).Where(file => spared is null || !Path.GetRelativePath(folder, file.Path).StartsWith(spared, StringComparison.Ordinal))];
        long all = files.Sum(file => file.Used);
        foreach (IGrouping<int, long> places in Enumerable.Range(0, count).Select(_ => random.NextInt64(all)).Select(at => Find(files, at)).GroupBy(place => place.File, place => place.Offset))
        {
            using FileStream stream = Open(files[places.Key].Path);
            foreach (long offset in places)
            {
                stream.Position = offset;
                int value = stream.ReadByte();
                stream.Position = offset;
                stream.WriteByte((byte)(value ^ (1 << random.Next(8))));
            }
        }
    }

    /// <summary>Copies a folder with what is in it, over what is there.</summary>
    public static void Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file) == LockName) continue;
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using FileStream source = Open(file), copy = new(target, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            source.CopyTo(copy);
            copy.SetLength(copy.Position);
        }
    }

    // The lock is no data.
    private const string LockName = "lock";

    private static (int File, long Offset) Find((string Path, long Used)[] files, long at)
    {
        int file = 0;
        while (at >= files[file].Used) at -= files[file++].Used;
        return (file, at);
    }

    private static IEnumerable<(string Path, long Used)> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != LockName).Order(StringComparer.Ordinal)
            .Select(path => (Path: path, Used: UsedOf(path))).Where(file => file.Used > 0);

    private static long UsedOf(string path)
    {
        using FileStream stream = Open(path);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, 1);
}
