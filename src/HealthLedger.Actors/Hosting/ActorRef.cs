using HealthLedger.Protocol.Errors;

namespace HealthLedger.Actors.Hosting;

/// <summary>The way to one actor in the embedded host; what a proxy is made of.</summary>
/// <typeparam name="T">The interface that the actor has.</typeparam>
public sealed class ActorRef<T> where T : class, IActor
{
    private readonly EmbeddedHost _host;
    private readonly ActorKind<T> _kind;
    private readonly string _key;

    internal ActorRef(EmbeddedHost host, ActorKind<T> kind, string key) => (_host, _kind, _key) = (host, kind, key);

    /// <summary>
    /// Runs a turn of the actor and waits for its answer. A full mailbox, a turn that takes too long and a turn that fails by a defect are
    /// faults; the ledger is asked again by whoever needs to know whether something was done.
    /// </summary>
    public ValueTask<Result<TAnswer>> CallAsync<TAnswer>(Func<T, ValueTask<Result<TAnswer>>> turn) =>
        _host.CallAsync(_kind, _key, turn);

    /// <summary>
    /// Copies a value through its CBOR form where the host is told to (in tests), so that an actor which keeps or alters its caller's object
    /// fails here as it would between machines.
    /// </summary>
    public TValue Copy<TValue>(TValue value, Func<TValue, byte[]> encode, Func<ReadOnlyMemory<byte>, Result<TValue>> decode) =>
        _host.Options.CopyValues ? decode(encode(value)).Value : value;
}
