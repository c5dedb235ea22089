using System.Security.Cryptography;
using HealthLedger.Orleans.Hosting;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;

namespace HealthLedger.Node.Silos;

/// <summary>Reads what the settings say of the cluster.</summary>
internal static class ClusterPlaces
{
    private const int TrustLinesMax = 1_024, FileBytesMax = 1 << 20;

    /// <summary>The cluster; a fault names the setting that is missing or unfit.</summary>
    public static Result<ClusterPlace> Of(NodeOptions options, GenesisFile genesis)
    {
        if (options.ClusterDatabase is not { } database) return new Fault(FaultCode.UsageWrong, $"--role {options.Role} needs the setting --cluster-database (HEALTHLEDGER__CLUSTERDATABASE).");
        ClusterTls? tls = null;
        if (options.ClusterKey is { } key && !Tls(key, options.ClusterTrust).TryGet(out tls, out Fault fault)) return fault;
        return new ClusterPlace { Cluster = genesis.Network, Database = database, Tls = tls };
    }

    private static Result<ClusterTls> Tls(string keyPath, string? trustPath)
    {
        if (trustPath is null) return new Fault(FaultCode.UsageWrong, "--cluster-key needs --cluster-trust beside it: the keys that are let in.");
        try
        {
            if (new FileInfo(trustPath).Length > FileBytesMax || new FileInfo(keyPath).Length > FileBytesMax) return new Fault(FaultCode.UsageWrong, "A file of the cluster's keys is too large to be one.");
            using ECDsa key = ECDsa.Create();
            key.ImportFromPem(File.ReadAllText(keyPath));
            HashSet<string> silos = [], clients = [];
            foreach (string line in File.ReadLines(trustPath).Take(TrustLinesMax).Where(line => line.Trim().Length > 0 && !line.StartsWith('#')))
            {
                if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is not [var kind, { Length: 64 } pin, ..] || kind is not ("silo" or "client"))
                    return new Fault(FaultCode.UsageWrong, $"{Path.GetFileName(trustPath)} has a line that is not: silo or client, then 64 hex digits.");
                (kind == "silo" ? silos : clients).Add(pin.ToLowerInvariant());
            }
            return new ClusterTls { Certificate = ClusterTls.CertificateOf(key, TimeProvider.System), Silos = silos, Clients = clients };
        }
        catch (Exception unfit) when (unfit is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return new Fault(FaultCode.UsageWrong, $"The cluster's keys cannot be read: {unfit.Message}");
        }
    }
}
