using System.Text;
using HealthLedger.Client;
using HealthLedger.Client.Consent;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Read;
using HealthLedger.Client.Records;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Cluster.Tests.World;

/// <summary>An organization's SDK at one node.</summary>
internal sealed class Seat
{
    public Seat(LedgerClient client, OrganizationWallet wallet)
    {
        (Client, Wallet) = (client, wallet);
        Directory = new PatientDirectory(client, wallet.Party);
        Depositor = new RecordDepositor(client, wallet, Directory);
        Reader = new RecordReader(client, Directory);
    }

    public LedgerClient Client { get; }

    public OrganizationWallet Wallet { get; }

    public PatientDirectory Directory { get; }

    public RecordDepositor Depositor { get; }

    public RecordReader Reader { get; }

    public ConsentClient ConsentFor(LedgerDid patient) => new(Client, Wallet.StewardOf(patient), Directory, Reader);

    /// <summary>A patient of this organization.</summary>
    public async Task<LedgerDid> PatientAsync(string id) => TestCluster.Good(await new PatientRegistry(Client).EnsureStewardedAsync(Wallet, Directory, "urn:his", id)).Did;

    /// <summary>Puts records in: <c>first</c> to <c>first + count</c>, in two segments.</summary>
    public async Task<IReadOnlyList<DepositedRecord>> DepositAsync(LedgerDid patient, int first, int count)
    {
        IReadOnlyList<DepositedRecord> records = TestCluster.Good(await Depositor.DepositAsync(patient, [.. Enumerable.Range(first, count).Select(Record)]));
        records.Should().OnlyContain(record => record.Kind != DepositKind.Refused);
        return records;
    }

    /// <summary>Terms of a grant of both segments for treatment, from now on.</summary>
    public GrantTerms Terms(LedgerDid grantee, long now, long until) => new()
    {
        Grantee = grantee, Labels = ["general", "laboratory"], Purposes = [Purpose.Treatment], From = now - 1_000, Until = until,
    };

    /// <summary>A clinician's access to everything.</summary>
    public static AccessRequest Access(LedgerDid patient) => new() { Patient = patient, Purpose = Purpose.Treatment, Role = Role.Clinician, Person = "dr-okafor" };

    /// <summary>The patient's whole log, as the steward sees it.</summary>
    public async Task<List<LogEntry>> LogAsync(LedgerDid patient)
    {
        List<LogEntry> entries = [];
        for (long? after = -1; after is { } from;)
        {
            LogPage page = TestCluster.Good(await Client.Queries.AccessLogAsync(Wallet.Party, patient, from, ExchangeLimits.LogEntriesMax));
            entries.AddRange(page.Entries);
            after = page.Next;
        }
        return entries;
    }

    public static byte[] ContentOf(int i) => Encoding.UTF8.GetBytes($"content of record {i}");

    public static PlainRecord Record(int i) => new()
    {
        Label = i % 2 == 0 ? "general" : "laboratory", System = "urn:his", SourceId = $"r{i}", Version = "1", Manifest = Encoding.UTF8.GetBytes($"manifest {i}"), Content = ContentOf(i),
    };
}
