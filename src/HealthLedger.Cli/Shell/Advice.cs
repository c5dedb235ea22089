using HealthLedger.Protocol.Errors;

namespace HealthLedger.Cli.Shell;

/// <summary>What a person at the command line can do about a refusal.</summary>
internal static class Advice
{
    /// <summary>One sentence; never empty.</summary>
    public static string For(FaultCode code) => code switch
    {
        FaultCode.ConnectionFailed => "Check that the node runs and that --node (or HEALTHLEDGER_NODE) is its address.",
        FaultCode.Busy or FaultCode.Unavailable or FaultCode.TimedOut or FaultCode.StatementMemoryFull => "Wait a moment and run the same command again; nothing is entered twice.",
        FaultCode.KeyFolderUnsafe => "Take away the permissions of others (chmod -R go= FOLDER), or give a passphrase, and try again.",
        FaultCode.KeyFolderIncomplete => "Look at the wallets with `healthledger wallet show`; name one with --as.",
        FaultCode.KeyFileLocked => "Check the passphrase: --passphrase-file, HEALTHLEDGER_PASSPHRASE, or type it when asked.",
        FaultCode.NameUnknown => "List what there is: `wallet show`, `org list`, `patient list`.",
        FaultCode.UsageWrong => "Add --help to the command to see its options and examples.",
        FaultCode.BackupUnusable => "Take the backup again, or use an older one; `admin check-backup` reads one whole.",
        FaultCode.FileUnusable => "Check the path and its permissions.",
        FaultCode.NoGrant or FaultCode.SegmentNotGranted or FaultCode.ReadNotGranted or FaultCode.PurposeNotGranted or FaultCode.GrantEnded or FaultCode.GrantUsedUp or FaultCode.GrantRevoked
            or FaultCode.PersonNotGranted or FaultCode.GrantNotYet or FaultCode.RecordNotGranted =>
            "The refusal is on the patient's log. Ask the patient (or the steward) for a grant: `healthledger grant`.",
        FaultCode.StewardMayNot or FaultCode.StewardGrantUnfit => "A steward grants for treatment only; other acts wait until the patient has claimed the identity.",
        FaultCode.PermitStale => "Run the command again: it asks for access anew.",
        FaultCode.QueryStale => "Set this machine's clock: it is more than a minute off, or the request was repeated.",
        FaultCode.RecordListWrong => "The node left something out or changed it. Ask another node, and tell the consortium.",
        FaultCode.ProofInvalid or FaultCode.SignatureInvalid or FaultCode.SignerUnknown or FaultCode.ExportDamaged or FaultCode.CborMalformed or FaultCode.CborNotCanonical or FaultCode.CborUnexpected
            or FaultCode.FormatValue or FaultCode.FormatLimit or FaultCode.TextMalformed or FaultCode.DidMalformed or FaultCode.Unsupported =>
            "Do not rely on it. Get it again from where it came, and compare the genesis hash with one that came another way.",
        FaultCode.ImportIncomplete => "Read the report (--report FILE), mend what it names, and run the same import again: what is in stays in.",
        FaultCode.GranteeUnknown => "`healthledger org list` shows the organizations of the network.",
        FaultCode.LabelUnknown => "`healthledger patient show` lists the patient's segments.",
        FaultCode.NotFound or FaultCode.SubjectUnknown => "Check the name or id; `healthledger patient list` shows the patients known here.",
        FaultCode.StoreLocked => "Stop the node that uses the folder, or audit a copy of it.",
        FaultCode.PatientPurposeUnfit => "A patient reads at the own request: leave --purpose out.",
        _ when (int)code / 1000 == 6 => "Mend the resource as the message says and try again.",
        _ when (int)code / 1000 == 4 => "The rules decided so, and the entry says it; change what the sentence names.",
        _ => "Run the command again; if it stays so, keep the message and ask your operator.",
    };
}
