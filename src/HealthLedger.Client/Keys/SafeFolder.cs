using System.Runtime.InteropServices;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Client.Keys;

/// <summary>
/// A folder for secrets: nobody else may read it, and a file is replaced whole or not at all: written beside, flushed, renamed, the folder
/// flushed.
/// </summary>
internal sealed partial class SafeFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private SafeFolder(string path) => Path = path;

    public string Path { get; }

    /// <summary>Opens a folder that only its owner can enter; one that others can is refused.</summary>
    public static Result<SafeFolder> Open(string path)
    {
        if (!Directory.Exists(path)) return new Fault(FaultCode.KeyFolderIncomplete, "The key folder does not exist.");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0) return new Fault(FaultCode.KeyFolderUnsafe, "Others than the owner can enter the key folder; take away their permissions (chmod 700).");
        return new SafeFolder(System.IO.Path.GetFullPath(path));
    }

    /// <summary>Creates a folder that only its owner can enter, or opens it.</summary>
    public static Result<SafeFolder> Create(string path)
    {
        if (Directory.Exists(path)) return Open(path);
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, OwnerOnly);
        return Open(path);
    }

    public bool Has(string name) => File.Exists(At(name));

    /// <summary>Reads a small text file; a fault where it is missing, too long, or readable by others.</summary>
    public Result<string> Read(string name, int charactersMax)
    {
        string path = At(name);
        if (!File.Exists(path)) return new Fault(FaultCode.KeyFolderIncomplete, $"The key folder has no file \"{name}\".");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0) return new Fault(FaultCode.KeyFolderUnsafe, $"Others than the owner can read \"{name}\"; take away their permissions (chmod 600).");
        if (new FileInfo(path).Length > charactersMax) return new Fault(FaultCode.FormatLimit, $"The file \"{name}\" is longer than {charactersMax} bytes.");
        return File.ReadAllText(path);
    }

    /// <summary>Writes a file whole or not at all.</summary>
    public void Write(string name, string text)
    {
        string beside = At(name + ".new");
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (FileStream file = new(beside, options))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }
        File.Move(beside, At(name), overwrite: true);
        FlushFolder();
    }

    /// <summary>The rename itself must reach the disk; only POSIX systems offer that.</summary>
    private void FlushFolder()
    {
        if (OperatingSystem.IsWindows()) return;
        int handle = OpenFolder(Path, 0);
        if (handle < 0) throw new IOException($"The key folder cannot be opened to flush it (error {Marshal.GetLastPInvokeError()}).");
        int flushed = Flush(handle);
        int error = Marshal.GetLastPInvokeError();
        CloseFolder(handle);
        if (flushed != 0) throw new IOException($"The key folder cannot be flushed (error {error}).");
    }

    private string At(string name) => System.IO.Path.Combine(Path, name);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFolder(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseFolder(int handle);
}
