using System.Security.Cryptography;

namespace HealthLedger.Protocol.Keys;

/// <summary>
/// The platform's handles of one public key. ECDsa promises nothing about use by several threads at once, so each verification takes
/// a handle for itself; at most as many are kept as there are processors, further ones are made and dropped.
/// </summary>
internal sealed class VerifierPool(PublicKey key)
{
    private ECDsa? _first;
    private ECDsa?[]? _others;

    public bool VerifyHash(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature64)
    {
        ECDsa verifier = Interlocked.Exchange(ref _first, null) ?? TakeOther() ?? ECDsa.Create(key.ToParameters());
        bool verified = verifier.VerifyHash(digest, signature64, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        if (Interlocked.CompareExchange(ref _first, verifier, null) is not null) KeepOther(verifier);
        return verified;
    }

    private ECDsa? TakeOther()
    {
        if (Volatile.Read(ref _others) is not { } others) return null;
        for (int i = 0; i < others.Length; i++)
            if (Interlocked.Exchange(ref others[i], null) is { } taken) return taken;
        return null;
    }

    private void KeepOther(ECDsa verifier)
    {
        ECDsa?[]? others = Volatile.Read(ref _others);
        if (others is null)
        {
            others = new ECDsa?[Math.Max(1, Environment.ProcessorCount - 1)];
            others = Interlocked.CompareExchange(ref _others, others, null) ?? others;
        }
        for (int i = 0; i < others.Length; i++)
            if (Interlocked.CompareExchange(ref others[i], verifier, null) is null) return;
        verifier.Dispose();
    }
}
