namespace HealthLedger.Protocol.Cbor;

/// <summary>What comes next in the input [RFC 8949 §3.1].</summary>
public enum CborType
{
    /// <summary>The end of the input, or a reader that has failed.</summary>
    None,

    /// <summary>Major type 0.</summary>
    UnsignedInteger,

    /// <summary>Major type 1.</summary>
    NegativeInteger,

    /// <summary>Major type 2.</summary>
    Bytes,

    /// <summary>Major type 3.</summary>
    Text,

    /// <summary>Major type 4.</summary>
    Array,

    /// <summary>Major type 5.</summary>
    Map,

    /// <summary>Major type 6.</summary>
    Tag,

    /// <summary>False or true.</summary>
    Boolean,

    /// <summary>Null.</summary>
    Null,

    /// <summary>Anything else of major type 7: floats and other simple values, which are refused when read.</summary>
    Other,
}
