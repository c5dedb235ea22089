using System.Collections.Immutable;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Validator.Links;

namespace HealthLedger.Validator.Configurations;

/// <summary>
/// The configurations that a node knows, from the genesis on, without gaps: who the members of each are, by index and by id. It only grows. Built before
/// the links, whose address book it is, and the replica, which adds to it. Safe for several threads.
/// </summary>
public sealed class ConfigurationBook : IMemberDirectory
{
    private readonly Lock _gate = new();
    private ImmutableArray<Configuration> _all;
    private ImmutableArray<Member> _known;

    /// <summary>A book that holds the founders.</summary>
    public ConfigurationBook(GenesisFile genesis)
    {
        Genesis = genesis;
        _all = [genesis.Configuration];
        _known = genesis.Configuration.Members;
    }

    /// <inheritdoc/>
    public event Action? Changed;

    /// <summary>The network's genesis.</summary>
    public GenesisFile Genesis { get; }

    /// <inheritdoc/>
    public IReadOnlyList<Member> Known
    {
        get
        {
            lock (_gate) return _known;
        }
    }

    /// <summary>The newest configuration known.</summary>
    public Configuration Newest
    {
        get
        {
            lock (_gate) return _all[^1];
        }
    }

    /// <summary>A configuration by its number; null when it is not known here (yet).</summary>
    public Configuration? TryGet(int config)
    {
        lock (_gate) return (uint)config < (uint)_all.Length ? _all[config] : null;
    }

    /// <summary>The id of the member with an index in a configuration; null where there is none.</summary>
    public Hash32? MemberAt(int config, int index) =>
        TryGet(config) is { } configuration && (uint)index < (uint)configuration.N ? configuration.Members[index].Identity.KeyId : null;

    /// <summary>The index of a member in a configuration; -1 where it is none of its members.</summary>
    public int IndexOf(int config, Hash32 member)
    {
        if (TryGet(config) is not { } configuration) return -1;
        for (int i = 0; i < configuration.N; i++)
            if (configuration.Members[i].Identity.KeyId == member) return i;
        return -1;
    }

    /// <summary>True for a member of any configuration known.</summary>
    public bool IsKnown(Hash32 member)
    {
        foreach (Member each in Known)
            if (each.Identity.KeyId == member) return true;
        return false;
    }

    /// <summary>Takes the next configuration; one that is known already changes nothing.</summary>
    /// <exception cref="ArgumentException">There would be a gap.</exception>
    internal void Add(Configuration next)
    {
        lock (_gate)
        {
            if (next.Number < _all.Length) return;
            if (next.Number > _all.Length) throw new ArgumentException("Configurations are learned in order.", nameof(next));
            _all = _all.Add(next);
            Hash32[] newer = [.. next.Members.Select(member => member.Identity.KeyId)];
            _known = [.. next.Members, .. _known.Where(member => !newer.Contains(member.Identity.KeyId))];
        }
        Changed?.Invoke();
    }
}
