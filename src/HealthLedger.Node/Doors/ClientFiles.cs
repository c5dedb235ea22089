using System.Text.Json;
using HealthLedger.Gateway.Smart;

namespace HealthLedger.Node.Doors;

/// <summary>
/// The systems that may ask for tokens: a JSON file each in <c>clients/</c> of the data folder,
/// <c>{ "clientId": …, "organization": name or DID, "scopes": "system/*.rs", "jwks": { "keys": [ … ] } }</c>. Only public keys are in them.
/// </summary>
internal static class ClientFiles
{
    /// <summary>Reads every file.</summary>
    /// <exception cref="InvalidDataException">A file does not say what it must; the message names it and what is missing.</exception>
    public static IReadOnlyList<SmartClient> Read(string folder, IReadOnlyList<Seated> organizations)
    {
        string clients = Path.Combine(folder, "clients");
        return Directory.Exists(clients) ? [.. Directory.EnumerateFiles(clients, "*.json").Order(StringComparer.Ordinal).Select(path => ReadOne(path, organizations))] : [];
    }

    /// <summary>Changes when a file is added, taken away or written.</summary>
    public static string StampOf(string folder)
    {
        DirectoryInfo clients = new(Path.Combine(folder, "clients"));
        return clients.Exists ? string.Join('|', clients.EnumerateFiles("*.json").OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => $"{file.Name}:{file.Length}:{file.LastWriteTimeUtc.Ticks}")) : "";
    }

    private static SmartClient ReadOne(string path, IReadOnlyList<Seated> organizations)
    {
        JsonElement root;
        try
        {
            root = JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;
        }
        catch (JsonException)
        {
            throw Unfit("is not JSON");
        }
        if (Text("clientId") is not { Length: > 0 and <= 256 } id) throw Unfit("has no clientId");
        string? name = Text("organization");
        if (organizations.FirstOrDefault(known => known.Name == name || known.Wallet.Did.ToString() == name) is not { } organization) throw Unfit("names no organization of this node");
        if (ScopeSet.Parse(Text("scopes")) is not { } scopes) throw Unfit("has no system scopes");
        if (!root.TryGetProperty("jwks", out JsonElement jwks)) throw Unfit("has no jwks");
        if (JsonWebKeySet.Parse(JsonSerializer.SerializeToUtf8Bytes(jwks), out string? why) is not { } keys) throw Unfit($"has a jwks that cannot be used: {why}");
        return new SmartClient(id, organization.Wallet.Did.ToString(), keys, scopes);

        string? Text(string property) => root.ValueKind == JsonValueKind.Object && root.TryGetProperty(property, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        InvalidDataException Unfit(string sentence) => new($"The client file {Path.GetFileName(path)} {sentence}.");
    }
}
