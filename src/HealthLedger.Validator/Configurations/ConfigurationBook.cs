using System.Collections.Immutable;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Validator.Links;

namespace HealthLedger.Validator.Configurations;

/// <summary>
/// The configurations that a node knows, from the genesis on, without gaps and each proved by the one before: who the members of each are, by index and by
/// id. It only grows. Built before the links, whose address book it is, and the replica, which adds to it. Safe for several threads.
/// </summary>
public sealed class ConfigurationBook : IMemberDirectory
{
    private sealed record Content(ConfigurationHistory History, int Floor, ImmutableArray<Member> Known);

    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Content _content;

    /// <summary>A book that holds the founders.</summary>
    public ConfigurationBook(GenesisFile genesis)
        : this(ConfigurationHistory.From(genesis))
    {
    }

    /// <summary>A book that begins with a history, as a node that joins is given it (<c>configurations.cbor</c>).</summary>
    public ConfigurationBook(ConfigurationHistory history) => _content = new Content(history, 0, KnownIn(history, 0));

    /// <inheritdoc/>
    public event Action? Changed;

    /// <summary>The network's genesis.</summary>
    public GenesisFile Genesis => _content.History.Genesis;

    /// <summary>All configurations with their proofs, as of now.</summary>
    public ConfigurationHistory History => _content.History;

    /// <inheritdoc/>
    public IReadOnlyList<Member> Known => _content.Known;

    /// <summary>The newest configuration known.</summary>
    public Configuration Newest => _content.History.Newest;

    /// <summary>Completes at the next change.</summary>
    internal Task NextChange => Volatile.Read(ref _changed).Task;

    /// <summary>A configuration by its number; null when it is not known here (yet).</summary>
    public Configuration? TryGet(int config) => _content.History.TryGet(config);

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

    /// <summary>True for who is in the address book: a member of the newest configuration, or of one that this node may still need.</summary>
    public bool IsKnown(Hash32 member)
    {
        foreach (Member each in Known)
            if (each.Identity.KeyId == member) return true;
        return false;
    }

    /// <summary>Takes what another history knows beyond this one.</summary>
    /// <returns>A fault where the two contradict each other: members have decided twice.</returns>
    public Fault? Take(ConfigurationHistory other)
    {
        lock (_gate)
        {
            ConfigurationHistory own = _content.History;
            if (own.FirstDifference(other) is { } number) return new Fault(FaultCode.ProofInvalid, $"Another configuration of number {number} is known here: members have decided twice.");
            if (other.Newest.Number <= own.Newest.Number) return null;
            _content = new Content(other, _content.Floor, KnownIn(other, _content.Floor));
        }
        Raise();
        return null;
    }

    /// <summary>Takes the proof of the next configuration.</summary>
    /// <returns>A fault where it is not that.</returns>
    public Fault? Take(ConfigurationProof proof)
    {
        lock (_gate)
        {
            if (!_content.History.Append(proof).TryGet(out ConfigurationHistory? longer, out Fault fault)) return fault;
            _content = new Content(longer, _content.Floor, KnownIn(longer, _content.Floor));
        }
        Raise();
        return null;
    }

    /// <summary>Forgets, as an address book, who has been no member since before a configuration: nothing here needs them any more. The configurations stay.</summary>
    internal void ForgetBefore(int config)
    {
        lock (_gate)
        {
            ConfigurationHistory history = _content.History;
            if (config <= _content.Floor || config > history.Newest.Number) return;
            _content = new Content(history, config, KnownIn(history, config));
        }
        Raise();
    }

    private void Raise()
    {
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        Changed?.Invoke();
    }

    private static ImmutableArray<Member> KnownIn(ConfigurationHistory history, int floor)
    {
        ImmutableArray<Member>.Builder known = ImmutableArray.CreateBuilder<Member>();
        HashSet<Hash32> seen = [];
        for (int number = history.Newest.Number; number >= floor; number--)
            foreach (Member member in history.TryGet(number)!.Members)
                if (seen.Add(member.Identity.KeyId)) known.Add(member);
        return known.ToImmutable();
    }
}
