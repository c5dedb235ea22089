using System.Globalization;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;

namespace HealthLedger.Cli.Names;

/// <summary>How the command line writes purposes, roles, rights and times, and reads them back.</summary>
internal static class Words
{
    private static readonly (string Word, Purpose Purpose)[] PurposeWords =
    [
        ("treatment", Purpose.Treatment), ("emergency", Purpose.EmergencyTreatment), ("break-glass", Purpose.BreakTheGlass), ("patient-request", Purpose.PatientRequest),
        ("payment", Purpose.Payment), ("operations", Purpose.Operations), ("research", Purpose.Research), ("public-health", Purpose.PublicHealth),
        ("coordination", Purpose.CareCoordination), ("trial", Purpose.ClinicalTrial), ("family-request", Purpose.FamilyRequest), ("marketing", Purpose.Marketing),
    ];

    private static readonly (string Word, Role Role)[] RoleWords =
    [
        ("clinician", Role.Clinician), ("nurse", Role.Nurse), ("laboratory", Role.Laboratory), ("pharmacy", Role.Pharmacy), ("administrator", Role.Administrator),
        ("patient", Role.Patient), ("system", Role.System), ("researcher", Role.Researcher), ("emergency-clinician", Role.EmergencyClinician),
    ];

    /// <summary>All words for purposes.</summary>
    public static IReadOnlyList<string> Purposes { get; } = [.. PurposeWords.Select(pair => pair.Word)];

    /// <summary>All words for roles.</summary>
    public static IReadOnlyList<string> Roles { get; } = [.. RoleWords.Select(pair => pair.Word)];

    /// <summary>A purpose in a word.</summary>
    public static string Of(Purpose purpose) => PurposeWords.First(pair => pair.Purpose == purpose).Word;

    /// <summary>A role in a word.</summary>
    public static string Of(Role role) => RoleWords.First(pair => pair.Role == role).Word;

    /// <summary>Reads a purpose.</summary>
    public static Result<Purpose> PurposeOf(string word)
    {
        foreach ((string known, Purpose purpose) in PurposeWords)
            if (known == word) return purpose;
        return new Fault(FaultCode.UsageWrong, $"A purpose is one of {string.Join(", ", Purposes)}.");
    }

    /// <summary>Reads a role.</summary>
    public static Result<Role> RoleOf(string word)
    {
        foreach ((string known, Role role) in RoleWords)
            if (known == word) return role;
        return new Fault(FaultCode.UsageWrong, $"A role is one of {string.Join(", ", Roles)}.");
    }

    /// <summary>Rights in words.</summary>
    public static string Of(Rights rights) => rights switch
    {
        Rights.Read => "read",
        Rights.Deposit => "deposit",
        Rights.Read | Rights.Deposit => "read, deposit",
        _ => rights.ToString(),
    };

    /// <summary>A time of the ledger, in UTC to the second.</summary>
    public static string Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A time of the ledger as JSON has it.</summary>
    public static string Instant(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Items of a comma-separated list.</summary>
    public static string[] List(string? text) => text?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
