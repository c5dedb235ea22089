using System.Security.Cryptography;
using HealthLedger.Client.Keys;
using HealthLedger.Client.Tests.World;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Client.Tests;

public sealed class KeyFolderTests : IDisposable
{
    private const int FewIterations = 1_000;
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly string _path = Path.Combine(Path.GetTempPath(), "healthledger-keys-" + Guid.NewGuid().ToString("n"));

    public void Dispose()
    {
        if (Directory.Exists(_path)) Directory.Delete(_path, recursive: true);
        _random.Dispose();
    }

    [Fact]
    public void An_organizations_wallet_comes_back_as_it_was()
    {
        using OrganizationWallet wallet = OrganizationWallet.Generate(TestWorld.Network, _random);
        KeyFolder folder = KeyFolder.Open(_path, FewIterations).Value;
        folder.Save("hospital", wallet, _random, "correct horse").Should().BeNull();
        using OrganizationWallet loaded = folder.LoadOrganization("hospital", "correct horse").Value;
        loaded.Did.Should().Be(wallet.Did);
        loaded.Signing.Public.Should().Be(wallet.Signing.Public);
        loaded.Sealing.Public.Should().Be(wallet.Sealing.Public);
        loaded.Ids.ResourceId("a", "b").Should().Be(wallet.Ids.ResourceId("a", "b"));
        folder.Names().Should().Equal("hospital");
    }

    [Fact]
    public void A_patients_wallet_comes_back_as_it_was()
    {
        using PatientWallet wallet = PatientWallet.Generate(TestWorld.Network, _random);
        KeyFolder folder = KeyFolder.Open(_path, FewIterations).Value;
        folder.Save("ada", wallet, "correct horse").Should().BeNull();
        using PatientWallet loaded = folder.LoadPatient("ada", "correct horse").Value;
        (loaded.Did, loaded.Salt, loaded.Control.Public, loaded.Sealing.Public).Should().Be((wallet.Did, wallet.Salt, wallet.Control.Public, wallet.Sealing.Public));
        folder.LoadOrganization("ada", "correct horse").Fault.Code.Should().Be(FaultCode.KeyFolderIncomplete);
    }

    [Fact]
    public void A_wrong_passphrase_opens_nothing_and_an_empty_one_writes_nothing()
    {
        using PatientWallet wallet = PatientWallet.Generate(TestWorld.Network, _random);
        KeyFolder folder = KeyFolder.Open(_path, FewIterations).Value;
        folder.Save("ada", wallet, "")!.Value.Code.Should().Be(FaultCode.KeyFolderUnsafe);
        folder.Save("ada", wallet, "correct horse").Should().BeNull();
        folder.LoadPatient("ada", "battery staple").Fault.Code.Should().Be(FaultCode.KeyFileLocked);
        folder.LoadPatient("bob", "correct horse").Fault.Code.Should().Be(FaultCode.KeyFolderIncomplete);
    }

    [Fact]
    public void A_folder_or_file_that_others_can_read_is_refused()
    {
        if (OperatingSystem.IsWindows()) return;
        using PatientWallet wallet = PatientWallet.Generate(TestWorld.Network, _random);
        KeyFolder folder = KeyFolder.Open(_path, FewIterations).Value;
        folder.Save("ada", wallet, "correct horse").Should().BeNull();
        File.GetUnixFileMode(_path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string file = Path.Combine(_path, "ada", "signing.pem");
        File.GetUnixFileMode(file).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        folder.LoadPatient("ada", "correct horse").Fault.Code.Should().Be(FaultCode.KeyFolderUnsafe);
        File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead);
        KeyFolder.Open(_path).Fault.Code.Should().Be(FaultCode.KeyFolderUnsafe);
    }

    [Theory]
    [InlineData("../elsewhere")]
    [InlineData("")]
    [InlineData(".hidden")]
    [InlineData("A")]
    public void A_name_that_could_lead_elsewhere_is_refused(string name)
    {
        using PatientWallet wallet = PatientWallet.Generate(TestWorld.Network, _random);
        KeyFolder folder = KeyFolder.Open(_path, FewIterations).Value;
        folder.Save(name, wallet, "correct horse")!.Value.Code.Should().Be(FaultCode.TextMalformed);
        folder.LoadPatient(name, "correct horse").Fault.Code.Should().Be(FaultCode.TextMalformed);
    }

    [Fact]
    public void Damaged_files_are_refused_and_none_of_them_throws()
    {
        using OrganizationWallet wallet = OrganizationWallet.Generate(TestWorld.Network, _random);
        KeyFolder folder = KeyFolder.Open(_path, FewIterations).Value;
        folder.Save("hospital", wallet, _random, "correct horse").Should().BeNull();
        foreach (string path in Directory.GetFiles(Path.Combine(_path, "hospital")))
        {
            string text = File.ReadAllText(path);
            foreach (string damaged in new[] { "", "x", text[..(text.Length / 2)], text.Replace('a', 'b'), text + text })
            {
                File.WriteAllText(path, damaged);
                Result<OrganizationWallet> loaded = folder.LoadOrganization("hospital", "correct horse");
                if (loaded.IsOk) loaded.Value.Did.Should().Be(wallet.Did);
            }
            File.WriteAllText(path, text);
        }
        folder.LoadOrganization("hospital", "correct horse").IsOk.Should().BeTrue();
    }

    [Fact]
    public void Keys_come_from_the_environment_or_from_files_it_names()
    {
        using OrganizationWallet wallet = OrganizationWallet.Generate(TestWorld.Network, _random);
        Directory.CreateDirectory(_path);
        string file = Path.Combine(_path, "sealing");
        File.WriteAllText(file, Convert.ToBase64String(wallet.Sealing.ToPkcs8()) + "\n");
        Dictionary<string, string> environment = new()
        {
            [EnvironmentKeys.SigningVariable] = PemEncoding.WriteString("PRIVATE KEY", wallet.Signing.ToPkcs8()),
            [EnvironmentKeys.SealingVariable + "_FILE"] = file,
            [EnvironmentKeys.IndexVariable] = Convert.ToHexString(wallet.CopyIndexKey()),
        };
        using OrganizationWallet loaded = EnvironmentKeys.Load(TestWorld.Network, environment.GetValueOrDefault).Value;
        (loaded.Did, loaded.Sealing.Public).Should().Be((wallet.Did, wallet.Sealing.Public));
        environment.Remove(EnvironmentKeys.IndexVariable);
        EnvironmentKeys.Load(TestWorld.Network, environment.GetValueOrDefault).Fault.Message.Should().Contain(EnvironmentKeys.IndexVariable);
    }
}
