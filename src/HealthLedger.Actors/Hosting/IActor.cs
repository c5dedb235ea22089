namespace HealthLedger.Actors.Hosting;

/// <summary>
/// What others may ask of one actor. Every method returns a <c>ValueTask&lt;Result&lt;T&gt;&gt;</c> and takes values that have a CBOR form,
/// so that a call means the same whether the actor lives in this process or on another machine.
/// </summary>
public interface IActor;
