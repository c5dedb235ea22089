using HealthLedger.Client.Keys;

namespace HealthLedger.Node.Doors;

/// <summary>An organization that these doors act for.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Wallet">Its keys.</param>
internal sealed record Seated(string Name, OrganizationWallet Wallet);
