using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace HealthLedger.Storage.Files;

/// <summary>The three Linux calls the base library does not offer: open with flags, flush data without times, flush a folder.</summary>
[SupportedOSPlatform("linux")]
internal static partial class NativeFile
{
    private const int ReadOnly = 0, ReadWrite = 2, CloseOnExec = 0x80000, Synchronous = 0x1000;

    // O_DIRECT and O_DIRECTORY have other numbers on Arm than on x64.
    private static bool Arm => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    /// <summary>Opens an existing file for direct writes that are durable when they return; null where the file system cannot.</summary>
    public static SafeFileHandle? OpenDirect(string path)
    {
        int descriptor = Open(path, ReadWrite | CloseOnExec | Synchronous | (Arm ? 0x10000 : 0x4000), 0);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Flushes the entries of a folder.</summary>
    public static void FlushFolder(string path)
    {
        int descriptor = Open(path, ReadOnly | CloseOnExec | (Arm ? 0x4000 : 0x10000), 0);
        if (descriptor < 0) throw new IOException($"Cannot open the folder {path}: error {Marshal.GetLastPInvokeError()}.");
        using SafeFileHandle handle = new(descriptor, ownsHandle: true);
        if (Sync(handle) != 0) throw new IOException($"Cannot flush the folder {path}: error {Marshal.GetLastPInvokeError()}.");
    }

    /// <summary>Flushes a file's bytes and length, not its times.</summary>
    public static void FlushData(SafeFileHandle handle)
    {
        if (DataSync(handle) != 0) throw new IOException($"Cannot flush: error {Marshal.GetLastPInvokeError()}.");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(SafeFileHandle descriptor);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int DataSync(SafeFileHandle descriptor);
}
