using System.Runtime.InteropServices;

namespace HealthLedger.Protocol.Hashing;

/// <summary>Finds functions of OpenSSL's libcrypto, which the base library stands on too on Linux. Elsewhere, and where one is missing, there are none.</summary>
internal static class Libcrypto
{
    /// <summary>The addresses of all the names, or false.</summary>
    public static bool TryExports(ReadOnlySpan<string> names, Span<nint> addresses)
    {
        if (!OperatingSystem.IsLinux()) return false;
        foreach (string file in (string[])["libcrypto.so.3", "libcrypto.so.1.1"])
        {
            if (!NativeLibrary.TryLoad(file, out nint library)) continue;
            int found = 0;
            while (found < names.Length && NativeLibrary.TryGetExport(library, names[found], out addresses[found])) found++;
            if (found == names.Length) return true;
        }
        return false;
    }
}
