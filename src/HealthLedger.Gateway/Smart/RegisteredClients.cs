using System.Collections.Frozen;

namespace HealthLedger.Gateway.Smart;

/// <summary>Clients that were registered before the gateway started.</summary>
/// <param name="clients">Each with an id of its own.</param>
public sealed class RegisteredClients(IEnumerable<SmartClient> clients) : ISmartClients
{
    private readonly FrozenDictionary<string, SmartClient> _byId = clients.ToFrozenDictionary(client => client.ClientId, StringComparer.Ordinal);

    /// <inheritdoc/>
    public SmartClient? Find(string clientId) => _byId.GetValueOrDefault(clientId);
}
