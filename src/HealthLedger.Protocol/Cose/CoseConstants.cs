namespace HealthLedger.Protocol.Cose;

/// <summary>Algorithm identifiers of COSE [RFC 9053, IANA COSE Algorithms].</summary>
public static class CoseAlgorithm
{
    /// <summary>ECDSA with SHA-256 and, here, P-256.</summary>
    public const int Es256 = -7;
}

/// <summary>Header labels of COSE [RFC 9052 §3.1, RFC 9597, RFC 9942].</summary>
public static class CoseLabel
{
    /// <summary>alg.</summary>
    public const int Algorithm = 1;

    /// <summary>crit.</summary>
    public const int Critical = 2;

    /// <summary>content type.</summary>
    public const int ContentType = 3;

    /// <summary>kid.</summary>
    public const int KeyId = 4;

    /// <summary>CWT claims in a protected header [RFC 9597].</summary>
    public const int CwtClaims = 15;

    /// <summary>receipts: an array of COSE receipts in an unprotected header [RFC 9942].</summary>
    public const int Receipts = 394;

    /// <summary>vds: the verifiable data structure, in a receipt's protected header [RFC 9942].</summary>
    public const int VerifiableDataStructure = 395;

    /// <summary>vdp: the proofs, in a receipt's unprotected header [RFC 9942].</summary>
    public const int VerifiableDataProofs = 396;
}

/// <summary>Values of COSE receipts [RFC 9942].</summary>
public static class CoseReceiptValue
{
    /// <summary>vds: the tree of RFC 9162 with SHA-256.</summary>
    public const int Rfc9162Sha256 = 1;

    /// <summary>vdp: inclusion proofs.</summary>
    public const int InclusionProofs = -1;

    /// <summary>vdp: consistency proofs.</summary>
    public const int ConsistencyProofs = -2;
}

/// <summary>CWT claims [RFC 8392 §4].</summary>
public static class CwtClaim
{
    /// <summary>iss.</summary>
    public const int Issuer = 1;

    /// <summary>sub.</summary>
    public const int Subject = 2;
}

/// <summary>Parameters of a COSE_Key [RFC 9052 §7, RFC 9053 §7.1.1].</summary>
public static class CoseKeyLabel
{
    /// <summary>kty.</summary>
    public const int KeyType = 1;

    /// <summary>alg.</summary>
    public const int Algorithm = 3;

    /// <summary>crv.</summary>
    public const int Curve = -1;

    /// <summary>x.</summary>
    public const int X = -2;

    /// <summary>y.</summary>
    public const int Y = -3;

    /// <summary>kty of a key with two coordinates.</summary>
    public const int KeyTypeEc2 = 2;

    /// <summary>crv of P-256.</summary>
    public const int CurveP256 = 1;
}
