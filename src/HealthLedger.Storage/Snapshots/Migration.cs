using System.Globalization;
using System.Reflection;

namespace HealthLedger.Storage.Snapshots;

/// <summary>One step of a database's form. Steps are only ever added; the SQL of each lies beside its database's code.</summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Name">The file's name.</param>
/// <param name="Sql">What it does.</param>
internal sealed record Migration(int Number, string Name, string Sql)
{
    /// <summary>The steps that this software knows for a kind of database, ascending.</summary>
    public static IReadOnlyList<Migration> For(Type database)
    {
        Assembly assembly = database.Assembly;
        string prefix = $"{database.Namespace}.Migrations.";
        return [.. assembly.GetManifestResourceNames().Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name => Read(assembly, name, name[prefix.Length..]))];
    }

    private static Migration Read(Assembly assembly, string resource, string file)
    {
        using StreamReader reader = new(assembly.GetManifestResourceStream(resource)!);
        return new Migration(int.Parse(file.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture), file, reader.ReadToEnd());
    }
}
