using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Validator.Audit;

namespace HealthLedger.Cli.Commands.Proofs;

/// <summary>Audits one replica's store, with a scratch folder beside the system's temporary files.</summary>
internal static class AuditStore
{
    /// <summary>The report; a fault where the folder is no store, or a replica runs on it.</summary>
    public static async Task<Result<AuditReport>> RunAsync(string store, GenesisFile genesis, bool chainOnly, TimeProvider clock, IProgress<AuditProgress>? progress, CancellationToken cancel)
    {
        if (!FolderSource.Open(store, clock, chainOnly).TryGet(out FolderSource? source, out Fault fault)) return fault;
        await using (source) return await new AuditRunner(genesis, source, Directory.CreateTempSubdirectory("healthledger-audit-").FullName, clock).RunAsync(progress: progress, cancel: cancel);
    }
}
