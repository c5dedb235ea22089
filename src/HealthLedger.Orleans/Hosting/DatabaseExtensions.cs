using HealthLedger.Orleans.Database;
using Microsoft.Extensions.DependencyInjection;

namespace HealthLedger.Orleans.Hosting;

/// <summary>Sets up what silos and clients keep in the grain database.</summary>
public static class DatabaseExtensions
{
    /// <summary>Keeps the cluster's table, reminders and snapshots in PostgreSQL; <see cref="ClusterDatabase.MigrateAsync"/> has made the tables.</summary>
    public static ISiloBuilder UseHealthLedgerDatabase(this ISiloBuilder silo, string connectionString) => silo
        .UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (ClusterDatabase.Invariant, connectionString))
        .UseHealthLedgerReminders(connectionString);

    /// <summary>Keeps reminders and snapshots in PostgreSQL, and the cluster's table elsewhere.</summary>
    public static ISiloBuilder UseHealthLedgerReminders(this ISiloBuilder silo, string connectionString) => silo
        .AddAdoNetGrainStorage(SnapshotStore.ProviderName, options => (options.Invariant, options.ConnectionString) = (ClusterDatabase.Invariant, connectionString))
        .UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = (ClusterDatabase.Invariant, connectionString));

    /// <summary>Finds the cluster's gateways in PostgreSQL.</summary>
    public static IClientBuilder UseHealthLedgerDatabase(this IClientBuilder client, string connectionString) =>
        client.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (ClusterDatabase.Invariant, connectionString));
}
