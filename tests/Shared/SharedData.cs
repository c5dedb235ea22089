namespace HealthLedger.TestMaterial;

/// <summary>
/// The public test material that lives beside the repository (<c>../shared/data</c>). No file of it is part of the
/// project; tests that need it skip, and say so, where it is absent.
/// </summary>
public static class SharedData
{
    /// <summary>The folder, or null when it is absent. <c>HEALTHLEDGER_TEST_DATA</c> overrides the search.</summary>
    public static string? Root { get; } = Find();

    /// <summary>The full path of a file or folder below the material; skips the running test when it is absent.</summary>
    public static string Require(string relativePath)
    {
        string? path = Root is null ? null : Path.Combine(Root, relativePath);
        Assert.SkipUnless(path is not null && Path.Exists(path), $"skipped: needs shared/data/{relativePath}");
        return path!;
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("HEALTHLEDGER_TEST_DATA") is { Length: > 0 } configured)
            return Directory.Exists(configured) ? configured : null;
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared", "data");
            if (Directory.Exists(candidate)) return candidate;
        }
        return null;
    }
}
