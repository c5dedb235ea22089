using HealthLedger.Faults.World;

namespace HealthLedger.Faults.Cases;

/// <summary>One fault: what is done to a running network under load, and what ends it.</summary>
internal abstract class FaultCase
{
    /// <summary>Its name, for <c>--only</c> and the table.</summary>
    public abstract string Name { get; }

    /// <summary>What is done, in a few words; for <c>--list</c>.</summary>
    public abstract string What { get; }

    /// <summary>What world it needs.</summary>
    public virtual WorldKind World => WorldKind.Loopback;

    /// <summary>True when commits have to go on while the fault lasts; false when they have to stop, and only proofs are read.</summary>
    public virtual bool CommitsGoOn => true;

    /// <summary>True in the short series that is part of the test run.</summary>
    public virtual bool IsShort => false;

    /// <summary>True where the fault only begins to act after a while, as a clock does that leads at the next epoch.</summary>
    public virtual TimeSpan Lasts => TimeSpan.FromSeconds(4);

    /// <summary>The member whose own door does not count when it is asked whether commits go on; null for none.</summary>
    public virtual int? Aside => null;

    /// <summary>What this machine lacks for it; null for nothing.</summary>
    public virtual Task<string?> MissingAsync(FaultWorld world) => Task.FromResult<string?>(null);

    /// <summary>What has to be so before the fault: nothing is measured yet.</summary>
    public virtual Task PrepareAsync(FaultWorld world) => Task.CompletedTask;

    /// <summary>Does it, and calls <see cref="FaultWorld.Mark"/> at the very moment. Says what it did, to whom.</summary>
    public abstract Task<string> InjectAsync(FaultWorld world);

    /// <summary>Ends it, and calls <see cref="FaultWorld.Mark"/> when members can begin to recover.</summary>
    public abstract Task HealAsync(FaultWorld world);

    /// <summary>What else must hold after it; a sentence for each thing that does not.</summary>
    public virtual Task<IReadOnlyList<string>> CheckAsync(FaultWorld world) => Task.FromResult<IReadOnlyList<string>>([]);
}
