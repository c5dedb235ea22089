using HealthLedger.Protocol.Genesis;

namespace HealthLedger.Validator.Links;

/// <summary>The address book of the links: who is a member, under which transport key, and where.</summary>
public interface IMemberDirectory
{
    /// <summary>
    /// All members of the newest configuration, and of every one that this node may still need: one entry a member, its newest. Replaced as a whole when
    /// it changes. Safe for several threads.
    /// </summary>
    IReadOnlyList<Member> Known { get; }

    /// <summary>Raised after <see cref="Known"/> has changed, on any thread; handlers only queue.</summary>
    event Action? Changed;
}
