using System.Collections.Frozen;
using HealthLedger.Gateway.Smart;

namespace HealthLedger.Node.Doors;

/// <summary>
/// The registered systems of a data folder, as its files are now: a file that is added, changed or taken away counts within a second, without a restart.
/// While a file is unfit, what was read before stays in force, and the log says which file and why.
/// </summary>
internal sealed class ClientFolder : ISmartClients
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private readonly string _folder;
    private readonly IReadOnlyList<Seated> _organizations;
    private readonly IReadOnlyList<SmartClient> _more;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private FrozenDictionary<string, SmartClient> _byId;
    private string _stamp;
    private long _looked;

    /// <summary>Reads the files once.</summary>
    /// <exception cref="InvalidDataException">One of them is unfit: a node does not start with it.</exception>
    public ClientFolder(string folder, IReadOnlyList<Seated> organizations, IEnumerable<SmartClient> more, TimeProvider clock, ILogger log)
    {
        (_folder, _organizations, _more, _clock, _log) = (folder, organizations, [.. more], clock, log);
        (_stamp, _looked) = (ClientFiles.StampOf(folder), clock.GetTimestamp());
        _byId = Read();
    }

    /// <inheritdoc/>
    public SmartClient? Find(string clientId)
    {
        lock (_gate)
        {
            if (_clock.GetElapsedTime(_looked) >= LookAgain) Refresh();
            return _byId.GetValueOrDefault(clientId);
        }
    }

    private void Refresh()
    {
        _looked = _clock.GetTimestamp();
        string stamp = ClientFiles.StampOf(_folder);
        if (stamp == _stamp) return;
        _stamp = stamp;
        try
        {
            _byId = Read();
        }
        catch (Exception unfit) when (unfit is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            _log.ClientsUnfit(unfit.Message);
        }
    }

    // The file that comes last by name wins, so that nobody can take a node down by naming an id twice.
    private FrozenDictionary<string, SmartClient> Read() =>
        ClientFiles.Read(_folder, _organizations).Concat(_more).GroupBy(client => client.ClientId, StringComparer.Ordinal).ToFrozenDictionary(same => same.Key, same => same.Last(), StringComparer.Ordinal);
}
