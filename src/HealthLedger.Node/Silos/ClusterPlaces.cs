using System.Security.Cryptography;
using HealthLedger.Orleans.Hosting;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Node.Silos;

/// <summary>Reads what the settings say of the cluster.</summary>
internal static class ClusterPlaces
{
    private const int TrustLinesMax = 1_024, FileBytesMax = 1 << 20;

    /// <summary>The cluster; a fault names the setting that is missing or unfit.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="genesis">The network: its members' transport keys are the silos'.</param>
    /// <param name="own">The member's transport key; null where there is no member here.</param>
    public static Result<ClusterPlace> Of(NodeOptions options, GenesisFile genesis, SigningKey? own)
    {
        if (options.ClusterDatabase is not { } database)
            return new Fault(FaultCode.UsageWrong, $"--role {options.Role} needs the setting --cluster-database (HEALTHLEDGER__CLUSTERDATABASE), or a database of the kind postgres.");
        if (own is null && options.ClusterKey is null) return new Fault(FaultCode.UsageWrong, $"--role {options.Role} needs the setting --cluster-key (HEALTHLEDGER__CLUSTERKEY).");
        if (!Tls(options, genesis, own).TryGet(out ClusterTls? tls, out Fault fault)) return fault;
        return new ClusterPlace { Cluster = genesis.Network, Database = database, Tls = tls };
    }

    private static Result<ClusterTls> Tls(NodeOptions options, GenesisFile genesis, SigningKey? own)
    {
        string trustPath = options.ClusterTrust ?? "";
        try
        {
            using ECDsa key = ECDsa.Create();
            if (options.ClusterKey is { } keyPath) key.ImportFromPem(File.ReadAllText(keyPath));
            else key.ImportPkcs8PrivateKey(own!.ToPkcs8(), out _);
            HashSet<string> silos = [.. genesis.Configuration.Members.Select(member => PinOf(member.Transport))], clients = [];
            if (trustPath.Length > 0 && new FileInfo(trustPath).Length > FileBytesMax) return new Fault(FaultCode.UsageWrong, "The file of the cluster's keys is too large to be one.");
            foreach (string line in (trustPath.Length == 0 ? [] : File.ReadLines(trustPath)).Take(TrustLinesMax).Where(line => line.Trim().Length > 0 && !line.StartsWith('#')))
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

    private static string PinOf(PublicKey key)
    {
        ReadOnlySpan<byte> point = key.Sec1;
        ECPoint q = new() { X = point.Slice(1, 32).ToArray(), Y = point.Slice(33, 32).ToArray() };
        using ECDsa known = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = q });
        return Convert.ToHexStringLower(SHA256.HashData(known.ExportSubjectPublicKeyInfo()));
    }
}
