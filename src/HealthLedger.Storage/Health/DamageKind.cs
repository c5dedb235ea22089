namespace HealthLedger.Storage.Health;

/// <summary>What part of a store was found damaged.</summary>
public enum DamageKind
{
    /// <summary>A record or file of the vote log.</summary>
    Votes,

    /// <summary>A block or certificate of the block log.</summary>
    Block,

    /// <summary>A vault object.</summary>
    Object,

    /// <summary>An object of the erasable key store.</summary>
    Key,

    /// <summary>Rows of a shard's state.</summary>
    State,

    /// <summary>Leaves or nodes of a shard's tree.</summary>
    Tree,

    /// <summary>An index that is rebuilt from its log.</summary>
    Index,

    /// <summary>A small file that names others.</summary>
    Manifest,
}
