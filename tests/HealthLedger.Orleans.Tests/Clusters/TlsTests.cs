using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HealthLedger.Cluster.Tests.World;
using HealthLedger.Orleans.Hosting;
using HealthLedger.Orleans.Tests.Database;
using HealthLedger.Orleans.Tests.World;
using HealthLedger.Protocol.Did;
using Microsoft.Extensions.Logging.Abstractions;

namespace HealthLedger.Orleans.Tests.Clusters;

/// <summary>Silos and clients over mutual TLS with listed keys.</summary>
public sealed class TlsTests
{
    [Fact]
    public async Task A_cluster_over_TLS_lets_in_the_listed_client_and_no_other()
    {
        await using GrainDatabase database = await GrainDatabase.StartAsync();
        using X509Certificate2 silo = Certificate(), client = Certificate(), stranger = Certificate();
        ClusterTls tls = new() { Certificate = silo, Silos = Pins(silo), Clients = Pins(client) };
        // One place for silos and the test's client, which shows the client's key.
        await using OrleansCluster cluster = await OrleansCluster.StartAsync(place: database.Place with { Tls = tls }, clientTls: tls with { Certificate = client });
        Seat hospital = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await hospital.PatientAsync("4711");
        await hospital.DepositAsync(patient, 0, 2);

        await RefusedAsync(database.Place with { Tls = tls with { Certificate = stranger } }, "a key that is not listed");
        await RefusedAsync(database.Place with { Tls = tls }, "a silo's key at a gateway");
        await RefusedAsync(database.Place, "no TLS at all");
        await RefusedAsync(database.Place with { Tls = tls with { Certificate = client, Silos = Pins(stranger) } }, "a client that expects other silos");
        await hospital.DepositAsync(patient, 100, 2);
    }

    [Fact]
    public async Task A_silo_without_keys_does_not_listen_beyond_this_machine()
    {
        System.Net.IPEndPoint open = new(System.Net.IPAddress.Any, 11_111);
        ClusterPlace place = new() { Cluster = "test", Database = "Host=127.0.0.1" };
        (await ClusterSilo.StartAsync(place, new SiloAddresses(open, open), null!, NullLoggerFactory.Instance, CancellationToken.None)).Fault.Code.Should().Be(Protocol.Errors.FaultCode.UsageWrong);
    }

    private static async Task RefusedAsync(ClusterPlace place, string why)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(5));
        bool connected = false;
        try
        {
            var started = await ClusterGateway.StartAsync(place, TimeProvider.System, NullLoggerFactory.Instance, patience.Token);
            connected = started.IsOk;
            if (connected) await started.Value.DisposeAsync();
        }
        catch (OperationCanceledException)
        {
            // It went on trying: nobody let it in.
        }
        connected.Should().BeFalse(why);
    }

    private static X509Certificate2 Certificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return ClusterTls.CertificateOf(key, TimeProvider.System);
    }

    private static IReadOnlySet<string> Pins(X509Certificate2 certificate) => new HashSet<string> { ClusterTls.PinOf(certificate) };
}
