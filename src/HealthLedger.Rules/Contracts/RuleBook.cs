using System.Collections.Frozen;

namespace HealthLedger.Rules.Contracts;

/// <summary>
/// The versions of the rules that a build has, by number. Old ones stay: audits replay old blocks by them. A build that brings another version gives its
/// replicas a book of its own. Immutable.
/// </summary>
public sealed class RuleBook
{
    private readonly FrozenDictionary<int, IRules> _versions;

    /// <summary>A book of these versions.</summary>
    /// <exception cref="ArgumentException">Two have the same number, or there is none.</exception>
    public RuleBook(params IEnumerable<IRules> versions)
    {
        _versions = versions.ToFrozenDictionary(rules => rules.Version);
        if (_versions.Count == 0) throw new ArgumentException("A book has at least one version.", nameof(versions));
    }

    /// <summary>What this software has.</summary>
    public static RuleBook Standard { get; } = new(new RulesV1());

    /// <summary>The newest version.</summary>
    public int Newest => _versions.Keys.Max();

    /// <summary>The rules of a version; null when this build lacks them, and then it must not vote.</summary>
    public IRules? Get(int version) => _versions.GetValueOrDefault(version);

    /// <summary>This book and one version more.</summary>
    /// <exception cref="ArgumentException">The book has that number.</exception>
    public RuleBook With(IRules rules) => new([.. _versions.Values, rules]);
}
