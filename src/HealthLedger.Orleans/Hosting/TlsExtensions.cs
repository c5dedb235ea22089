using Orleans.Configuration;
using Orleans.Connections.Security;

namespace HealthLedger.Orleans.Hosting;

/// <summary>Sets up mutual TLS.</summary>
public static class TlsExtensions
{
    /// <summary>Silos speak with listed silos, and gateways with listed clients, over TLS alone.</summary>
    public static ISiloBuilder UseHealthLedgerTls(this ISiloBuilder silo, ClusterTls tls) => silo.Configure<SiloConnectionOptions>(connections =>
    {
        connections.ConfigureSiloInboundConnection(connection => connection.UseServerTls(Options(tls, tls.Silos)));
        connections.ConfigureSiloOutboundConnection(connection => connection.UseClientTls(Options(tls, tls.Silos)));
        connections.ConfigureGatewayInboundConnection(connection => connection.UseServerTls(Options(tls, tls.Clients)));
    });

    /// <summary>The client speaks with listed silos over TLS alone.</summary>
    public static IClientBuilder UseHealthLedgerTls(this IClientBuilder client, ClusterTls tls) => client.Configure<ClientConnectionOptions>(connections =>
        connections.ConfigureConnection(connection => connection.UseClientTls(Options(tls, tls.Silos))));

    private static TlsOptions Options(ClusterTls tls, IReadOnlySet<string> trusted) => new()
    {
        LocalCertificate = tls.Certificate,
        RemoteCertificateMode = RemoteCertificateMode.RequireCertificate,
        ClientCertificateMode = RemoteCertificateMode.RequireCertificate,
        SslProtocols = System.Security.Authentication.SslProtocols.Tls13,
        RemoteCertificateValidation = (certificate, _, _) => ClusterTls.IsListed(certificate, trusted),
        OnAuthenticateAsClient = (_, authenticate) => authenticate.TargetHost = "healthledger-cluster",
    };
}
