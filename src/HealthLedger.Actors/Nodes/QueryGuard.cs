using System.Collections.Concurrent;
using HealthLedger.Actors.Reading;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Statements;
using HealthLedger.Rules.State;
using HealthLedger.Rules.Views;

namespace HealthLedger.Actors.Nodes;

/// <summary>
/// Whether a signed query is to be answered: for this network, signed within a minute by a key that is its issuer's now, and not seen before.
/// Nonces are kept for two windows; when there are too many, new queries are refused rather than old ones forgotten. Imported keys are kept.
/// </summary>
internal sealed class QueryGuard(ILedgerReader ledger, TimeProvider clock)
{
    private const int NoncesMax = 1_000_000, KeysMax = 10_000;

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<Hash32, PublicKey> _keys = new();
    private HashSet<(Hash32 Key, Id16 Nonce)> _current = [], _previous = [];
    private long _turn;

    /// <summary>Null when the query may be answered.</summary>
    public Fault? Check(SignedQuery query)
    {
        if (query.Network != ledger.Genesis.Network) return new Fault(FaultCode.PlaceWrong, "The query is for another network.");
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (Math.Abs(now - query.IssuedAt) > ExchangeLimits.QueryWindowMilliseconds)
            return new Fault(FaultCode.QueryStale, "The query was not signed within a minute of this node's clock.");
        if (!KeyOf(query, now).TryGet(out ReadOnlyMemory<byte> point, out Fault fault)) return fault;
        if (!Import(query.KeyId, point).TryGet(out PublicKey? key, out fault)) return fault;
        if (!query.Verify(key)) return new Fault(FaultCode.SignatureInvalid, "The query's signature does not verify.");
        return Take((query.KeyId, query.Nonce), now);
    }

    // An organization's keys are in the directory, a patient's in its shard, a steward's in the directory again.
    private Result<ReadOnlyMemory<byte>> KeyOf(SignedQuery query, long now)
    {
        if (!LedgerDid.Parse(query.Issuer).TryGet(out LedgerDid issuer, out Fault fault)) return fault;
        LedgerView directory = ledger.View(Shards.Directory);
        if (directory.Organization(issuer.Id) is not null) return Valid(directory.SigningKey(issuer.Id, query.KeyId), now);
        LedgerView view = ledger.View(Shards.Of(query.Issuer, ledger.Genesis.Shards));
        if (view.Identity(issuer.Id) is not { } identity) return new Fault(FaultCode.SignerUnknown, "The ledger does not know who asks.");
        return identity.Steward is { } steward ? Valid(directory.SigningKey(steward, query.KeyId), now) : Valid(view.Key(issuer.Id, query.KeyId), now);
    }

    private static Result<ReadOnlyMemory<byte>> Valid(KeyRow? key, long now) =>
        key is not null && key.IsValidAt(now) ? key.Sec1 : new Fault(FaultCode.SignerUnknown, "The key is not, or no longer, one that asks for the issuer.");

    private Result<PublicKey> Import(Hash32 keyId, ReadOnlyMemory<byte> point)
    {
        if (_keys.TryGetValue(keyId, out PublicKey? known)) return known;
        Result<PublicKey> imported = PublicKey.FromSec1(point.Span);
        if (imported.IsOk && _keys.Count < KeysMax) _keys.TryAdd(keyId, imported.Value);
        return imported;
    }

    private Fault? Take((Hash32, Id16) nonce, long now)
    {
        lock (_gate)
        {
            // A query is good for a window before and after its time, so a nonce is kept until two windows have passed.
            long turn = now / (2 * ExchangeLimits.QueryWindowMilliseconds);
            if (turn != _turn)
            {
                (_previous, _current) = (turn == _turn + 1 ? _current : [], []);
                _turn = turn;
            }
            if (_current.Count >= NoncesMax) return new Fault(FaultCode.Busy, "Too many queries are remembered; try again shortly.");
            if (_previous.Contains(nonce) || !_current.Add(nonce)) return new Fault(FaultCode.QueryStale, "The query was asked before.");
            return null;
        }
    }
}
