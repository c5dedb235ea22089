using System.Runtime.InteropServices;
using System.Security.Cryptography;
using HealthLedger.Protocol.Hashing;

namespace HealthLedger.Protocol.Keys;

/// <summary>
/// One public key in libcrypto's own form. The base library multiplies a new key by the group's order before it takes it, which for a
/// group of prime order says nothing that the point's being on the curve does not, and costs twice a verification; here a key that is
/// used once costs one verification. Verifying only reads, so any number of threads share it.
/// </summary>
internal sealed unsafe class NativeVerifier : SafeHandle
{
    private static readonly Functions Table = Functions.Load();

    private NativeVerifier(nint key) : base(0, ownsHandle: true) => SetHandle(key);

    /// <summary>True when the library was found and tells a good signature from a bad one.</summary>
    public static bool IsSupported { get; } = Table.Group != 0 && AnswersRight();

    public override bool IsInvalid => handle == 0;

    /// <summary>Imports a point that is on the curve; null when the library will not have it.</summary>
    public static NativeVerifier? TryCreate(ReadOnlySpan<byte> sec1)
    {
        nint key = Table.KeyNew();
        if (key == 0) return null;
        fixed (byte* point = sec1)
        {
            if (Table.KeySetGroup(key, Table.Group) == 1 && Table.KeySetPoint(key, point, (nuint)sec1.Length, 0) == 1) return new NativeVerifier(key);
        }
        Table.KeyFree(key);
        Table.ClearErrors();
        return null;
    }

    public bool VerifyHash(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature64)
    {
        bool held = false;
        nint signature = 0;
        try
        {
            DangerousAddRef(ref held);
            signature = Signature(signature64);
            int verdict;
            fixed (byte* hash = digest) verdict = signature == 0 ? -1 : Table.Verify(hash, digest.Length, signature, handle);
            if (verdict != 1) Table.ClearErrors();
            return verdict == 1;
        }
        finally
        {
            if (signature != 0) Table.SignatureFree(signature);
            if (held) DangerousRelease();
        }
    }

    protected override bool ReleaseHandle()
    {
        Table.KeyFree(handle);
        return true;
    }

    private static nint Signature(ReadOnlySpan<byte> signature64)
    {
        nint signature = Table.SignatureNew();
        if (signature == 0) return 0;
        nint r, s;
        fixed (byte* bytes = signature64)
        {
            r = Table.NumberFromBytes(bytes, P256.FieldBytes, 0);
            s = Table.NumberFromBytes(bytes + P256.FieldBytes, P256.FieldBytes, 0);
        }
        if (r != 0 && s != 0 && Table.SignatureSet(signature, r, s) == 1) return signature;
        Table.NumberFree(r);
        Table.NumberFree(s);
        Table.SignatureFree(signature);
        return 0;
    }

    private static bool AnswersRight()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        ECPoint q = key.ExportParameters(includePrivateParameters: false).Q;
        byte[] digest = new byte[Hash32.Length];
        byte[] signature = key.SignHash(digest);
        using NativeVerifier? verifier = TryCreate([4, .. q.X!, .. q.Y!]);
        if (verifier is null || !verifier.VerifyHash(digest, signature)) return false;
        signature[^1] ^= 1;
        return !verifier.VerifyHash(digest, signature);
    }

    private sealed class Functions
    {
        private const int P256Nid = 415;

        public nint Group { get; private init; }

        public delegate* unmanaged[Cdecl]<nint> KeyNew { get; private init; }

        public delegate* unmanaged[Cdecl]<nint, nint, int> KeySetGroup { get; private init; }

        public delegate* unmanaged[Cdecl]<nint, byte*, nuint, nint, int> KeySetPoint { get; private init; }

        public delegate* unmanaged[Cdecl]<nint, void> KeyFree { get; private init; }

        public delegate* unmanaged[Cdecl]<nint> SignatureNew { get; private init; }

        public delegate* unmanaged[Cdecl]<nint, nint, nint, int> SignatureSet { get; private init; }

        public delegate* unmanaged[Cdecl]<nint, void> SignatureFree { get; private init; }

        public delegate* unmanaged[Cdecl]<byte*, int, nint, nint> NumberFromBytes { get; private init; }

        public delegate* unmanaged[Cdecl]<nint, void> NumberFree { get; private init; }

        public delegate* unmanaged[Cdecl]<byte*, int, nint, nint, int> Verify { get; private init; }

        public delegate* unmanaged[Cdecl]<void> ClearErrors { get; private init; }

        public static Functions Load()
        {
            string[] names =
            [
                "EC_KEY_new", "EC_KEY_set_group", "EC_KEY_oct2key", "EC_KEY_free", "ECDSA_SIG_new", "ECDSA_SIG_set0", "ECDSA_SIG_free",
                "BN_bin2bn", "BN_free", "ECDSA_do_verify", "ERR_clear_error", "EC_GROUP_new_by_curve_name",
            ];
            nint[] at = new nint[names.Length];
            if (!Libcrypto.TryExports(names, at)) return new Functions();
            return new Functions
            {
                KeyNew = (delegate* unmanaged[Cdecl]<nint>)at[0],
                KeySetGroup = (delegate* unmanaged[Cdecl]<nint, nint, int>)at[1],
                KeySetPoint = (delegate* unmanaged[Cdecl]<nint, byte*, nuint, nint, int>)at[2],
                KeyFree = (delegate* unmanaged[Cdecl]<nint, void>)at[3],
                SignatureNew = (delegate* unmanaged[Cdecl]<nint>)at[4],
                SignatureSet = (delegate* unmanaged[Cdecl]<nint, nint, nint, int>)at[5],
                SignatureFree = (delegate* unmanaged[Cdecl]<nint, void>)at[6],
                NumberFromBytes = (delegate* unmanaged[Cdecl]<byte*, int, nint, nint>)at[7],
                NumberFree = (delegate* unmanaged[Cdecl]<nint, void>)at[8],
                Verify = (delegate* unmanaged[Cdecl]<byte*, int, nint, nint, int>)at[9],
                ClearErrors = (delegate* unmanaged[Cdecl]<void>)at[10],
                Group = ((delegate* unmanaged[Cdecl]<int, nint>)at[11])(P256Nid),
            };
        }
    }
}
