using System.CommandLine;
using HealthLedger.Actors.Network;
using HealthLedger.Cli.Shell;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Cli.Commands.Administration;

/// <summary>Where a member's identity key is: in the folder of its node, or in a file that is kept elsewhere.</summary>
internal sealed class IdentityOption
{
    private const int KeyBytesMax = 4096;
    private readonly Option<string?> _folder = new("--folder") { Description = "The folder of the member's node, with the identity key in it", HelpName = "FOLDER" };
    private readonly Option<string?> _identity = new("--identity") { Description = "The member's identity key, where it is kept elsewhere: a PKCS#8 file", HelpName = "FILE" };

    /// <summary>Adds the options.</summary>
    public void AddTo(Command command)
    {
        command.Add(_folder);
        command.Add(_identity);
    }

    /// <summary>Reads the key; the call disposes of it.</summary>
    public Result<SigningKey> Read(Call call)
    {
        SigningKey? key;
        Fault fault;
        switch (call.Value(_folder), call.Value(_identity))
        {
            case ({ } folder, null):
                if (!PartyFolder.Open(MemberFolder.MemberPath(folder)).TryGet(out PartyFolder? party, out fault) || !party.ReadIdentity().TryGet(out key, out fault)) return fault;
                break;
            case (null, { } file):
                if (!WholeFile.Read(file, KeyBytesMax).TryGet(out byte[]? bytes, out fault) || !SigningKey.FromPkcs8(bytes).TryGet(out key, out fault)) return fault;
                break;
            default:
                return new Fault(FaultCode.UsageWrong, "Name the member's node by --folder, or its identity key by --identity.");
        }
        return call.Keep(key);
    }
}
