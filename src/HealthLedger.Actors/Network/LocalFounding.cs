using System.Security.Cryptography;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Actors.Network;

/// <summary>
/// Founds a network of several member nodes on one machine: the whole ceremony of founders who do not trust each other, played by one. For a laptop, a test, a
/// demonstration. Folders <c>members/n</c>, and <c>gateway</c> with the keys of the organizations beside the members, which the first member's doors act for too.
/// </summary>
public static class LocalFounding
{
    /// <summary>Between a member's doors and its links; beyond the doors of the most members.</summary>
    public const int LinksPortOffset = 100;

    /// <summary>Between the first member's doors and a gateway's.</summary>
    public const int GatewayPortOffset = 50;

    /// <summary>Where a member's node lives.</summary>
    public static string MemberFolderOf(string folder, int member) => Path.Combine(folder, "members", $"{member}");

    /// <summary>Where a gateway's keys are.</summary>
    public static string GatewayFolderOf(string folder) => Path.Combine(folder, "gateway");

    /// <summary>Where a member's doors are to listen.</summary>
    public static Uri UrlOf(int basePort, int member) => new($"http://127.0.0.1:{basePort + member}");

    /// <summary>Founds; a fault where the folder holds a network already.</summary>
    /// <param name="folder">Created.</param>
    /// <param name="members">1 to 13.</param>
    /// <param name="shards">The directory not counted.</param>
    /// <param name="network">The network's name.</param>
    /// <param name="linksUrlOf">Where a member's links will be reached.</param>
    /// <param name="random">Keys come from it.</param>
    /// <param name="time">The clock.</param>
    public static Result<GenesisFile> Found(string folder, int members, int shards, string network, Func<int, Uri> linksUrlOf, RandomNumberGenerator random, TimeProvider time)
    {
        StandaloneOptions names = new();
        GenesisBuilder builder = new(network, time.GetUtcNow().ToUnixTimeMilliseconds(), shards);
        List<SigningKey> identities = [];
        for (int i = 0; i < members; i++)
        {
            string name = i < names.MemberNames.Count ? names.MemberNames[i] : $"Member {i + 1}";
            Result<PartyFolder> made = PartyFolder.Create(MemberFolder.MemberPath(MemberFolderOf(folder, i)), network, name, StandaloneOptions.CareProvider | OrganizationRoles.Custodian,
                linksUrlOf(i).AbsoluteUri.TrimEnd('/'), random);
            if (!made.TryGet(out PartyFolder? party, out Fault fault) || !party.ReadIdentity().TryGet(out SigningKey? identity, out fault)) return fault;
            builder.Add(party.Request.Member!).Add(party.Request.Organization);
            identities.Add(identity);
        }
        foreach (OrganizationPlan plan in names.Organizations)
        {
            string name = plan.Name.ToLowerInvariant().Replace(' ', '-'), path = MemberFolder.OrganizationPath(GatewayFolderOf(folder), name);
            if (!PartyFolder.Create(path, network, plan.Name, plan.Roles, null, random).TryGet(out PartyFolder? party, out Fault fault)) return fault;
            builder.Add(party.Request.Organization);
            CopyKeys(path, MemberFolder.OrganizationPath(MemberFolderOf(folder, 0), name));
        }
        if (!FoundingDraft.Decode(builder.EncodeMap()).TryGet(out FoundingDraft? draft, out Fault unfit)) return unfit;
        Result<GenesisFile> assembled = draft.Assemble(identities.Select(draft.Sign));
        foreach (SigningKey identity in identities) identity.Dispose();
        if (!assembled.TryGet(out GenesisFile? genesis, out unfit)) return unfit;
        for (int i = 0; i < members; i++) WholeFile.Write(MemberFolder.GenesisPath(MemberFolderOf(folder, i)), genesis.Bytes.Span);
        WholeFile.Write(MemberFolder.GenesisPath(GatewayFolderOf(folder)), genesis.Bytes.Span);
        return genesis;
    }

    // Copying keeps the mode of each file; the folder is made for its owner alone.
    private static void CopyKeys(string from, string to)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(to);
        else Directory.CreateDirectory(to, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (string file in Directory.EnumerateFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
