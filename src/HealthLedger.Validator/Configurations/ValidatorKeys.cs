using System.Collections.Immutable;
using HealthLedger.Consensus;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Validator.Configurations;

/// <summary>
/// One member's validator keys: which of them signs under which configuration. While a key is rotated there are two. A configuration that names the
/// member under a key which is not here is one that this replica only follows.
/// </summary>
internal sealed class ValidatorKeys(ConfigurationBook book, Hash32 member, IReadOnlyList<ISigner> keys) : IMembership
{
    private ImmutableArray<ISigner> _keys = [.. keys];

    /// <summary>The member's id.</summary>
    public Hash32 Member => member;

    /// <inheritdoc/>
    public int Count(int config) => book.TryGet(config)?.N ?? 0;

    /// <inheritdoc/>
    public int Self(int config) => For(config) is null ? -1 : book.IndexOf(config, member);

    /// <summary>The key that signs under a configuration; null where the member is none of its members, or its key is not here.</summary>
    public ISigner? For(int config)
    {
        int index = book.IndexOf(config, member);
        if (index < 0) return null;
        Hash32 named = book.TryGet(config)!.ValidatorKeys[index].KeyId;
        foreach (ISigner key in _keys)
            if (key.Public.KeyId == named) return key;
        return null;
    }

    /// <summary>Takes another key, for configurations to come.</summary>
    public void Add(ISigner key) => ImmutableInterlocked.Update(ref _keys, (known, added) => known.Add(added), key);

    /// <summary>The same, where it must be there: a replica signs only under configurations that name one of its keys.</summary>
    public ISigner Required(int config) => For(config) ?? throw new InvariantViolation($"Configuration {config} names no key of this replica.");
}
