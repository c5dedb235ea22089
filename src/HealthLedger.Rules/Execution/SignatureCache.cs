using HealthLedger.Protocol;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Rules.Execution;

/// <summary>
/// Remembers keys (with the platform's handles, which are dear to make) and statements whose signature was found good, so that a
/// member's door, leader and replica check each once. A statement is remembered by the hash of all its bytes, which name the key and hold the
/// signature: the same statement under another signature is checked anew. Bounded; safe for several threads; one for all shards.
/// </summary>
/// <param name="keysMax">Keys kept, at least.</param>
/// <param name="statementsMax">Statements kept, at least.</param>
public sealed class SignatureCache(int keysMax = 16_384, int statementsMax = 65_536)
{
    private readonly RecentSet<Hash32, PublicKey> _keys = new(keysMax);
    private readonly RecentSet<Hash32, bool> _good = new(statementsMax);

    /// <summary>True when the statement was found good before.</summary>
    public bool IsKnown(Statement statement) => _good.TryGet(statement.LeafHash, out _);

    /// <summary>True when the signature is by the key at this point, and that is the key that the statement names. One verification at most, about 60 µs.</summary>
    public bool Verify(Statement statement, ReadOnlySpan<byte> sec1)
    {
        if (_good.TryGet(statement.LeafHash, out _)) return true;
        if (!_keys.TryGet(statement.KeyId, out PublicKey? key))
        {
            if (!PublicKey.FromSec1(sec1).TryGet(out key, out _) || key.KeyId != statement.KeyId) return false;
            _keys.Add(key.KeyId, key);
        }
        if (!statement.Verify(key)) return false;
        _good.Add(statement.LeafHash, true);
        return true;
    }
}
