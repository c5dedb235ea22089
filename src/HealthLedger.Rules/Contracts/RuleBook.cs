namespace HealthLedger.Rules.Contracts;

/// <summary>All versions of the rules, by number. Old ones stay: audits replay old blocks by them.</summary>
public static class RuleBook
{
    /// <summary>The newest version.</summary>
    public const int Newest = 1;

    private static readonly RulesV1 V1 = new();

    /// <summary>The rules of a version; null when this software lacks them, and then it must not vote.</summary>
    public static IRules? Get(int version) => version == 1 ? V1 : null;
}
