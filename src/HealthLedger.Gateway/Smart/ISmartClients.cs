namespace HealthLedger.Gateway.Smart;

/// <summary>The registered clients.</summary>
public interface ISmartClients
{
    /// <summary>The client of that id, or null.</summary>
    SmartClient? Find(string clientId);
}
