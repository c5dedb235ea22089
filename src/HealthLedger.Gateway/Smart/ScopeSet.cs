using System.Collections.Immutable;

namespace HealthLedger.Gateway.Smart;

/// <summary>The scopes of a client or a token.</summary>
public sealed class ScopeSet(ImmutableArray<Scope> scopes)
{
    /// <summary>The most scopes in one request.</summary>
    public const int ScopesMax = 64;

    /// <summary>The scopes, in the order given.</summary>
    public ImmutableArray<Scope> Scopes => scopes;

    /// <summary>Reads a space-separated list, passing over what is not a system scope of a resource; null where none is left.</summary>
    public static ScopeSet? Parse(string? text)
    {
        if (text is not { Length: > 0 and <= 8192 }) return null;
        ImmutableArray<Scope> found = [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(ScopesMax).Select(Scope.Parse).OfType<Scope>()];
        return found.IsEmpty ? null : new ScopeSet(found);
    }

    /// <summary>True when the interaction with that type of resource is within these scopes.</summary>
    public bool Allows(string resourceType, ScopeAccess access) =>
        scopes.Any(scope => (scope.ResourceType == "*" || scope.ResourceType == resourceType) && (scope.Access & access) == access);

    /// <summary>What of <paramref name="asked"/> lies within these scopes, never more than was asked; null where nothing does.</summary>
    public ScopeSet? Grant(ScopeSet asked)
    {
        List<Scope> granted = [];
        foreach (Scope wish in asked.Scopes)
        {
            foreach (Scope own in scopes)
            {
                ScopeAccess access = wish.Access & own.Access;
                string? type = own.ResourceType == "*" ? wish.ResourceType
                    : wish.ResourceType == "*" || wish.ResourceType == own.ResourceType ? own.ResourceType : null;
                if (type is not null && access != ScopeAccess.None && !granted.Contains(new Scope(type, access))) granted.Add(new Scope(type, access));
            }
        }
        return granted.Count == 0 ? null : new ScopeSet([.. granted]);
    }

    /// <summary>The scopes as SMART v2 spells them, with spaces between.</summary>
    public override string ToString() => string.Join(' ', scopes);
}
