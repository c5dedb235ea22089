using HealthLedger.Storage.Files;

namespace HealthLedger.Storage.Tests;

/// <summary>A disk in memory that can stop at any operation, lose and tear what was not flushed, and flip bits.</summary>
internal sealed class SimulatedFiles : IFileSystem
{
    private readonly Lock _gate = new();
    private Dictionary<string, SimulatedFile> _names = [], _durableNames = [];
    private readonly HashSet<string> _locks = [];
    private long _operations;

    /// <summary>Operations that change the disk, up to now.</summary>
    public long Operations => Interlocked.Read(ref _operations);

    /// <summary>The operation from which on the power is gone.</summary>
    public long StopAt { get; set; } = long.MaxValue;

    /// <summary>Paths of all files, ascending.</summary>
    public IReadOnlyList<string> Paths
    {
        get
        {
            lock (_gate) return [.. _names.Keys.Order(StringComparer.Ordinal)];
        }
    }

    public SimulatedFile this[string path]
    {
        get
        {
            lock (_gate) return _names[path];
        }
    }

    /// <summary>The power is back: what is there now is what survived.</summary>
    public void Crash(Random random)
    {
        lock (_gate)
        {
            // A folder that was not flushed shows its old or its new entry, one by one.
            Dictionary<string, SimulatedFile> survived = [];
            foreach (string path in _names.Keys.Union(_durableNames.Keys))
            {
                bool now = _names.TryGetValue(path, out SimulatedFile? current), before = _durableNames.TryGetValue(path, out SimulatedFile? old);
                SimulatedFile? kept = now && before && current == old ? current : random.Next(2) == 0 ? current : old;
                if (kept is not null) survived[path] = kept;
            }
            foreach (SimulatedFile file in survived.Values.Distinct()) file.Crash(random);
            (_names, _durableNames) = (survived, new(survived));
            _locks.Clear();
            StopAt = long.MaxValue;
        }
    }

    /// <summary>An independent copy of the disk as it is.</summary>
    public SimulatedFiles Copy()
    {
        SimulatedFiles copy = new();
        lock (_gate)
            foreach ((string path, SimulatedFile file) in _names) copy._names[path] = copy._durableNames[path] = file.Copy();
        return copy;
    }

    /// <summary>Takes a file away, or puts another in its place.</summary>
    public void Replace(string path, SimulatedFile? file)
    {
        lock (_gate)
        {
            _names.Remove(path);
            _durableNames.Remove(path);
            if (file is not null) _names[path] = _durableNames[path] = file;
        }
    }

    public IStoreFile Open(string path, FileUse use)
    {
        lock (_gate)
        {
            if (!_names.TryGetValue(path, out SimulatedFile? file))
            {
                Count();
                _names[path] = file = new SimulatedFile();
            }
            return new Handle(this, file);
        }
    }

    public bool Exists(string path)
    {
        lock (_gate) return _names.ContainsKey(path);
    }

    public void Delete(string path)
    {
        lock (_gate)
        {
            Count();
            _names.Remove(path);
        }
    }

    public IReadOnlyList<string> List(string folder)
    {
        lock (_gate)
        {
            string prefix = folder + Path.DirectorySeparatorChar;
            return [.. _names.Keys.Where(path => path.StartsWith(prefix, StringComparison.Ordinal))
                .Select(path => path[prefix.Length..].Split(Path.DirectorySeparatorChar)[0]).Distinct().Order(StringComparer.Ordinal)];
        }
    }

    public void CreateFolder(string path)
    {
    }

    public void FlushFolder(string path)
    {
        lock (_gate)
        {
            Count();
            foreach (string name in _durableNames.Keys.Where(name => Path.GetDirectoryName(name) == path).ToList()) _durableNames.Remove(name);
            foreach ((string name, SimulatedFile file) in _names)
                if (Path.GetDirectoryName(name) == path) _durableNames[name] = file;
        }
    }

    public IDisposable? TryLock(string path)
    {
        lock (_gate) return _locks.Add(path) ? new Held(this, path) : null;
    }

    private void Count()
    {
        if (Interlocked.Increment(ref _operations) >= StopAt) throw new IOException("The power is gone.");
    }

    private sealed class Held(SimulatedFiles files, string path) : IDisposable
    {
        public void Dispose()
        {
            lock (files._gate) files._locks.Remove(path);
        }
    }

    private sealed class Handle(SimulatedFiles files, SimulatedFile file) : IStoreFile
    {
        public long Length
        {
            get
            {
                lock (files._gate) return file.Length;
            }
        }

        public int Read(long offset, Span<byte> destination)
        {
            lock (files._gate) return file.Read(offset, destination);
        }

        public void Write(long offset, ReadOnlySpan<byte> source)
        {
            lock (files._gate)
            {
                if (Interlocked.Increment(ref files._operations) >= files.StopAt)
                {
                    // The write that was under way when the power went may have reached the disk in part.
                    if (files._operations == files.StopAt) file.Write(offset, source);
                    throw new IOException("The power is gone.");
                }
                file.Write(offset, source);
            }
        }

        public void Flush()
        {
            lock (files._gate)
            {
                files.Count();
                file.Flush();
            }
        }

        public void SetLength(long length)
        {
            lock (files._gate)
            {
                files.Count();
                file.SetLength(length);
            }
        }

        public void Dispose()
        {
        }
    }
}
