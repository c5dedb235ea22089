using System.Security.Cryptography;
using System.Text;
using HealthLedger.Client.Consent;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Network;
using HealthLedger.Client.Patients;
using HealthLedger.Client.Read;
using HealthLedger.Client.Records;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Client.Tests.World;

/// <summary>A network of three organizations on one node, and a client for each.</summary>
internal sealed class TestWorld
{
    public const string Network = "client-test";

    private static readonly RandomNumberGenerator Random = RandomNumberGenerator.Create();

    public TestWorld(LedgerClientOptions? options = null)
    {
        SigningKey memberIdentity = SigningKey.Generate(Random), validator = SigningKey.Generate(Random);
        OrganizationWallet hospital = OrganizationWallet.Generate(Network, Random), clinic = OrganizationWallet.Generate(Network, Random), insurer = OrganizationWallet.Generate(Network, Random);
        GenesisBuilder builder = new(Network, Clock.Now - 1_000, shards: 4);
        builder.Add(Member.Certify(Network, "Member", memberIdentity, validator.Public, SigningKey.Generate(Random).Public, SigningKey.Generate(Random).Public, "localhost:1"));
        foreach ((string name, OrganizationWallet wallet, OrganizationRoles roles) in new[] { ("hospital", hospital, OrganizationRoles.Provider), ("clinic", clinic, OrganizationRoles.Provider), ("insurer", insurer, OrganizationRoles.Payer) })
            builder.Add(new Organization(name, wallet.Identity, [wallet.Signing.Public], wallet.Sealing.Public, roles));
        Ledger = new MemoryLedger(builder.Build(memberIdentity).Value, validator, Clock);
        Client = new LedgerClient(Ledger, LedgerNetwork.FromGenesis(Ledger.Genesis.Bytes, Ledger.Genesis.Hash).Value, options ?? new LedgerClientOptions(), Clock, Random);
        Registry = new PatientRegistry(Client);
        Hospital = new TestOrganization(this, hospital);
        Clinic = new TestOrganization(this, clinic);
        Insurer = new TestOrganization(this, insurer);
    }

    public InstantClock Clock { get; } = new();

    public MemoryLedger Ledger { get; }

    public LedgerClient Client { get; }

    public PatientRegistry Registry { get; }

    public TestOrganization Hospital { get; }

    public TestOrganization Clinic { get; }

    public TestOrganization Insurer { get; }

    /// <summary>A patient that the hospital holds.</summary>
    public async Task<LedgerDid> StewardedAsync(string id = "4711") => (await Registry.EnsureStewardedAsync(Hospital.Wallet, Hospital.Directory, "urn:his", id)).Value.Did;

    /// <summary>A patient with a wallet, and the clients that act for it.</summary>
    public async Task<TestPatient> PatientAsync()
    {
        PatientWallet wallet = PatientWallet.Generate(Network, Random);
        (await Registry.InceptAsync(wallet)).Fault.Should().Be(default(Fault));
        return new TestPatient(this, wallet);
    }

    public static PlainRecord Record(string id, string label = "laboratory", string? version = null, string? content = null) => new()
    {
        Label = label, System = "urn:his", SourceId = id, Version = version, Manifest = Encoding.UTF8.GetBytes($"manifest of {id}"), Content = Encoding.UTF8.GetBytes(content ?? $"content of {id}"),
    };

    public GrantTerms Terms(LedgerDid grantee, params string[] labels) => new()
    {
        Grantee = grantee, Labels = labels, Purposes = [Purpose.Treatment], From = Clock.Now, Until = Clock.Now + 86_400_000,
    };

    public static AccessRequest Access(LedgerDid patient, Purpose purpose = Purpose.Treatment) => new() { Patient = patient, Purpose = purpose, Role = Role.Clinician, Person = "Dr. Grey" };

    public PatientWallet WalletForClaim(LedgerDid did) => PatientWallet.ForClaim(did, Random);
}

/// <summary>An organization and the clients that act for it.</summary>
internal sealed class TestOrganization
{
    private readonly TestWorld _world;

    public TestOrganization(TestWorld world, OrganizationWallet wallet)
    {
        (_world, Wallet) = (world, wallet);
        Directory = new PatientDirectory(world.Client, wallet.Party);
        Depositor = new RecordDepositor(world.Client, wallet, Directory);
        Reader = new RecordReader(world.Client, Directory);
    }

    public OrganizationWallet Wallet { get; }

    public LedgerDid Did => Wallet.Did;

    public PatientDirectory Directory { get; }

    public RecordDepositor Depositor { get; }

    public RecordReader Reader { get; }

    public ConsentClient ConsentFor(LedgerDid patient) => new(_world.Client, Wallet.StewardOf(patient), Directory, Reader);
}

/// <summary>A patient with a wallet and the clients that act for it.</summary>
internal sealed class TestPatient
{
    public TestPatient(TestWorld world, PatientWallet wallet)
    {
        Wallet = wallet;
        Directory = new PatientDirectory(world.Client, wallet.Party);
        Reader = new RecordReader(world.Client, Directory);
        Consent = new ConsentClient(world.Client, wallet.Authority, Directory, Reader);
    }

    public PatientWallet Wallet { get; }

    public LedgerDid Did => Wallet.Did;

    public PatientDirectory Directory { get; }

    public RecordReader Reader { get; }

    public ConsentClient Consent { get; }
}
