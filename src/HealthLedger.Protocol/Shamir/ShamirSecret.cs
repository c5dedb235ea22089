using System.Security.Cryptography;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Shamir;

/// <summary>
/// Shamir's scheme over GF(256): the secret's bytes are the values at 0 of random polynomials of degree k - 1, share i holds the values
/// at i. A commitment to each share lets who combines them tell the false one. Cost: k·n multiplications a byte to split, k² to combine.
/// </summary>
public static class ShamirSecret
{
    /// <summary>The longest secret.</summary>
    public const int SecretLengthMax = 1_024;

    /// <summary>Splits a secret into <paramref name="count"/> shares of which any <paramref name="threshold"/> give it back.</summary>
    /// <param name="secret">1 to <see cref="SecretLengthMax"/> bytes.</param>
    /// <param name="threshold">k, from 1 to n.</param>
    /// <param name="count">n, from 1 to 255.</param>
    /// <param name="random">Where the coefficients and blinds come from.</param>
    public static SplitSecret Split(ReadOnlySpan<byte> secret, int threshold, int count, RandomNumberGenerator random)
    {
        ArgumentOutOfRangeException.ThrowIfZero(secret.Length, nameof(secret));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(secret.Length, SecretLengthMax, nameof(secret));
        ArgumentOutOfRangeException.ThrowIfLessThan(threshold, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threshold, count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, byte.MaxValue);
        byte[] coefficients = new byte[(threshold - 1) * secret.Length];
        random.GetBytes(coefficients);
        Share[] shares = new Share[count];
        Hash32[] commitments = new Hash32[count];
        for (int i = 0; i < count; i++)
        {
            byte index = (byte)(i + 1);
            byte[] blind = new byte[Share.BlindLength];
            random.GetBytes(blind);
            shares[i] = new Share(index, blind, Evaluate(secret, coefficients, index));
            commitments[i] = shares[i].Commitment((byte)threshold, (byte)count);
        }
        CryptographicOperations.ZeroMemory(coefficients);
        return new SplitSecret((byte)threshold, shares, commitments);
    }

    /// <summary>
    /// Gives the secret back. Refuses too few shares, an index twice or out of range, and a share that is not the one committed to; shares
    /// beyond k must lie on the same polynomials, or the split itself was false.
    /// </summary>
    /// <param name="threshold">k as recorded with the split.</param>
    /// <param name="commitments">All n commitments as recorded with the split, by index.</param>
    /// <param name="shares">k or more shares, in any order.</param>
    public static Result<byte[]> Combine(int threshold, IReadOnlyList<Hash32> commitments, IReadOnlyList<Share> shares)
    {
        if (threshold < 1 || threshold > commitments.Count || commitments.Count > byte.MaxValue) return Refuse("The split's numbers k and n do not fit.");
        if (shares.Count < threshold) return Refuse($"{shares.Count} shares are too few; {threshold} are needed.");
        HashSet<byte> seen = [];
        foreach (Share share in shares)
        {
            if (share.Index == 0 || share.Index > commitments.Count) return Refuse($"There is no share {share.Index}.");
            if (!seen.Add(share.Index)) return Refuse($"Share {share.Index} was given twice.");
            if (share.Value.Length == 0 || share.Value.Length != shares[0].Value.Length) return Refuse($"Share {share.Index} has another length.");
            if (share.Commitment((byte)threshold, (byte)commitments.Count) != commitments[share.Index - 1])
                return Refuse($"Share {share.Index} is not the one that was committed to.");
        }
        for (int extra = threshold; extra < shares.Count; extra++)
        {
            byte[] expected = Interpolate(shares, threshold, shares[extra].Index);
            if (!CryptographicOperations.FixedTimeEquals(expected, shares[extra].Value)) return Refuse($"Share {shares[extra].Index} belongs to another secret.");
        }
        return Interpolate(shares, threshold, at: 0);
    }

    private static Fault Refuse(string sentence) => new(FaultCode.ShareInvalid, sentence);

    /// <summary>The polynomials at x by Horner's rule; coefficient j of byte b lies at (j - 1)·length + b.</summary>
    private static byte[] Evaluate(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> coefficients, byte x)
    {
        byte[] values = new byte[secret.Length];
        for (int degree = coefficients.Length / secret.Length; degree > 0; degree--)
            for (int b = 0; b < values.Length; b++)
                values[b] = Gf256.Multiply((byte)(values[b] ^ coefficients[(degree - 1) * values.Length + b]), x);
        for (int b = 0; b < values.Length; b++) values[b] ^= secret[b];
        return values;
    }

    /// <summary>Lagrange's interpolation through the first k shares; in this field subtraction is exclusive or.</summary>
    internal static byte[] Interpolate(IReadOnlyList<Share> shares, int threshold, byte at)
    {
        byte[] values = new byte[shares[0].Value.Length];
        for (int i = 0; i < threshold; i++)
        {
            byte numerator = 1, denominator = 1;
            for (int j = 0; j < threshold; j++)
            {
                if (j == i) continue;
                numerator = Gf256.Multiply(numerator, (byte)(at ^ shares[j].Index));
                denominator = Gf256.Multiply(denominator, (byte)(shares[i].Index ^ shares[j].Index));
            }
            byte weight = Gf256.Multiply(numerator, Gf256.Invert(denominator));
            for (int b = 0; b < values.Length; b++) values[b] ^= Gf256.Multiply(weight, shares[i].Value[b]);
        }
        return values;
    }
}
