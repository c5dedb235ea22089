using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace HealthLedger.Storage.Snapshots.Sqlite;

/// <summary>The system's SQLite. No copy of it is shipped: the system's gets its repairs.</summary>
internal static class SqliteLibrary
{
    private static readonly Lazy<string?> Missing = new(Load);

    /// <summary>Makes SQLite ready; the sentence that says why not, or null.</summary>
    public static string? Require() => Missing.Value;

    private static string? Load()
    {
        string[] names = OperatingSystem.IsWindows() ? ["winsqlite3.dll"] : OperatingSystem.IsMacOS() ? ["libsqlite3.dylib"] : ["libsqlite3.so.0", "libsqlite3.so"];
        foreach (string name in names)
        {
            if (!NativeLibrary.TryLoad(name, out nint handle)) continue;
            nint Resolve(string library, Assembly assembly, DllImportSearchPath? path) => library == "e_sqlite3" ? handle : 0;
            NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            return null;
        }
        return $"SQLite ({names[0]}) is not installed.";
    }
}
