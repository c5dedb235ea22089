using HealthLedger.Protocol;

namespace HealthLedger.Orleans.Grains;

/// <summary>Keys of grains that stand beside one member's validator: <c>member/thing</c>, the member by its id in hex.</summary>
public static class GrainKey
{
    private const int MemberLength = 2 * Hash32.Length;

    /// <summary>The key of something at a member.</summary>
    public static string Of(Hash32 member, string thing) => $"{member}/{thing}";

    /// <summary>The member in a key; null where there is none.</summary>
    public static Hash32? MemberOf(string? key) =>
        key is { Length: > MemberLength } && key[MemberLength] == '/' && Hash32.TryParse(key.AsSpan(0, MemberLength), out Hash32 member) ? member : null;

    /// <summary>What the key's grain stands for at its member.</summary>
    public static string ThingOf(string key) => key[(MemberLength + 1)..];
}
