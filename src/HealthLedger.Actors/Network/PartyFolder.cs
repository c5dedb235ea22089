using System.Security.Cryptography;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Actors.Network;

/// <summary>
/// The keys of one party of a network, made by the party itself and read by its own node alone: <c>request.cbor</c>, which is public, and beside it
/// <c>identity.key</c> (may be kept elsewhere after founding), <c>signing.key</c>, <c>sealing.key</c>, <c>index.key</c>, and as a member <c>validator.key</c> and
/// <c>transport.key</c>.
/// </summary>
public sealed class PartyFolder
{
    private const string RequestName = "request.cbor";
    private readonly string _path;

    private PartyFolder(string path, FoundingRequest request) => (_path, Request) = (path, request);

    /// <summary>What the party has handed in.</summary>
    public FoundingRequest Request { get; }

    /// <summary>Where the request lies, to be handed over.</summary>
    public string RequestPath => Path.Combine(_path, RequestName);

    /// <summary>Makes keys and request; a fault where there are some already.</summary>
    /// <param name="path">The folder; created for its owner alone.</param>
    /// <param name="network">The network's name.</param>
    /// <param name="name">What people call the party.</param>
    /// <param name="roles">What it asks to be attested.</param>
    /// <param name="endpoint">Where other members will reach its node, <c>https://host:port</c>; null for an organization that runs none.</param>
    /// <param name="random">Keys come from it.</param>
    public static Result<PartyFolder> Create(string path, string network, string name, OrganizationRoles roles, string? endpoint, RandomNumberGenerator random)
    {
        if (File.Exists(Path.Combine(path, RequestName))) return new Fault(FaultCode.FileUnusable, $"There are keys in {path} already; they are not replaced.");
        using SigningKey identity = KeyFiles.NewSigning(path, "identity", random), signing = KeyFiles.NewSigning(path, "signing", random);
        using SealingKey sealing = KeyFiles.NewSealing(path, "sealing", random);
        KeyFiles.NewIndex(path, "index", random);
        Member? member = null;
        if (endpoint is not null)
        {
            using SigningKey validator = KeyFiles.NewSigning(path, "validator", random), transport = KeyFiles.NewSigning(path, "transport", random);
            member = Member.Certify(network, name, identity, validator.Public, transport.Public, sealing.Public, endpoint);
        }
        byte[] request = new FoundingRequest(network, member, new Organization(name, identity.Public, [signing.Public], sealing.Public, roles)).Encode();
        // Read back before it is written last: what no other party could read is not handed in.
        if (!FoundingRequest.Decode(request).TryGet(out FoundingRequest? checkedRequest, out Fault fault)) return fault;
        WholeFile.Write(Path.Combine(path, RequestName), request);
        return new PartyFolder(path, checkedRequest);
    }

    /// <summary>Opens a folder that <see cref="Create"/> made.</summary>
    public static Result<PartyFolder> Open(string path)
    {
        if (!WholeFile.Read(Path.Combine(path, RequestName), FoundingRequest.BytesMax).TryGet(out byte[]? bytes, out Fault fault)) return fault;
        return FoundingRequest.Decode(bytes).TryGet(out FoundingRequest? request, out fault) ? new PartyFolder(path, request) : fault;
    }

    /// <summary>
    /// Makes another validator and transport key for the member, certified by its identity key, and the request that names them; the old two are gone. The
    /// node is stopped meanwhile. An interrupted renewal is done again.
    /// </summary>
    /// <param name="identityFolder">Where the identity key is; null for this folder.</param>
    /// <param name="endpoint">Where other members will reach the node; null for where they do.</param>
    /// <param name="random">Keys come from it.</param>
    public Result<PartyFolder> Renew(string? identityFolder, string? endpoint, RandomNumberGenerator random)
    {
        if (Request.Member is not { } member) return new Fault(FaultCode.KeyFolderIncomplete, $"The keys in {_path} are those of an organization that runs no node.");
        if (!KeyFiles.ReadSigning(identityFolder ?? _path, "identity").TryGet(out SigningKey? identity, out Fault fault)) return fault;
        using (identity)
        {
            if (!identity.Public.Equals(member.Identity)) return new Fault(FaultCode.KeyFolderIncomplete, $"The identity key is not that of {member.Name}.");
            using SigningKey validator = KeyFiles.NewSigning(_path, "validator", random), transport = KeyFiles.NewSigning(_path, "transport", random);
            Member renewed = Member.Certify(Request.Network, member.Name, identity, validator.Public, transport.Public, member.Sealing, endpoint ?? member.Endpoint);
            byte[] request = new FoundingRequest(Request.Network, renewed, Request.Organization).Encode();
            if (!FoundingRequest.Decode(request).TryGet(out FoundingRequest? checkedRequest, out fault)) return fault;
            WholeFile.Write(Path.Combine(_path, RequestName), request);
            return new PartyFolder(_path, checkedRequest);
        }
    }

    /// <summary>The identity key; a fault where it is kept elsewhere.</summary>
    public Result<SigningKey> ReadIdentity() => KeyFiles.ReadSigning(_path, "identity");

    /// <summary>Signs the party's statements.</summary>
    public Result<SigningKey> ReadSigning() => KeyFiles.ReadSigning(_path, "signing");

    /// <summary>Opens what is sealed to the party.</summary>
    public Result<SealingKey> ReadSealing() => KeyFiles.ReadSealing(_path, "sealing");

    /// <summary>Keys of the HMACs over its sources' ids.</summary>
    public Result<byte[]> ReadIndex() => KeyFiles.ReadIndex(_path, "index");

    /// <summary>The key that votes.</summary>
    public Result<SigningKey> ReadValidator() => KeyFiles.ReadSigning(_path, "validator");

    /// <summary>The key of the member's connections.</summary>
    public Result<SigningKey> ReadTransport() => KeyFiles.ReadSigning(_path, "transport");
}
