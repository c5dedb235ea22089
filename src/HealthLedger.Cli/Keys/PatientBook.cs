using HealthLedger.Protocol.Did;

namespace HealthLedger.Cli.Keys;

/// <summary>A patient as the organization calls them.</summary>
/// <param name="Did">The identity in the ledger.</param>
/// <param name="System">Whose id it is.</param>
/// <param name="Id">The id there.</param>
internal sealed record BookedPatient(LedgerDid Did, string System, string Id);

/// <summary>
/// The names of an organization's patients, one a line: did, system, id. It holds identifiers, so it lies in the key folder, for its owner alone, and is only
/// a convenience: the ledger does not have it, and `patient new` writes the same line again.
/// </summary>
/// <param name="path">The file.</param>
internal sealed class PatientBook(string path)
{
    /// <summary>All patients, in the order in which they came.</summary>
    public IReadOnlyList<BookedPatient> All()
    {
        if (!File.Exists(path)) return [];
        List<BookedPatient> patients = [];
        foreach (string line in File.ReadLines(path))
            if (line.Split('\t') is [var did, var system, var id] && LedgerDid.Parse(did).TryGet(out LedgerDid parsed, out _)) patients.Add(new BookedPatient(parsed, system, id));
        return patients;
    }

    /// <summary>Adds those that are not there yet.</summary>
    public void Add(IEnumerable<BookedPatient> patients)
    {
        HashSet<LedgerDid> known = [.. All().Select(patient => patient.Did)];
        string[] lines = [.. patients.Where(patient => known.Add(patient.Did)).Select(patient => $"{patient.Did}\t{Plain(patient.System)}\t{Plain(patient.Id)}\n")];
        if (lines.Length == 0) return;
        FileStreamOptions options = new() { Mode = FileMode.Append, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using StreamWriter writer = new(path, options);
        foreach (string line in lines) writer.Write(line);
    }

    private static string Plain(string text) => text.Replace('\t', ' ').Replace('\n', ' ');
}
