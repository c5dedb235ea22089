using HealthLedger.Protocol;

namespace HealthLedger.Faults.Member;

/// <summary>What a member does with its messages instead of what it should. This one does what it should.</summary>
internal class Manner
{
    /// <summary>What is sent instead of a message, and to whom.</summary>
    public virtual IEnumerable<(Hash32 To, ReadOnlyMemory<byte> Message)> Send(Hash32 to, ReadOnlyMemory<byte> message) => [(to, message)];

    /// <summary>Whether the member's replica is told a message; <paramref name="post"/> sends what is made up in answer.</summary>
    public virtual bool Hears(Hash32 from, ReadOnlyMemory<byte> message, Action<Hash32, ReadOnlyMemory<byte>> post) => true;

    /// <summary>Every 250 ms.</summary>
    public virtual void Tick(Action<Hash32, ReadOnlyMemory<byte>> post)
    {
    }

    /// <summary>What it did, for the member's log.</summary>
    public virtual string Did => "";
}
