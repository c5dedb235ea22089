namespace HealthLedger.Simulation.Liars;

/// <summary>What a lying member does beside following the protocol.</summary>
[Flags]
public enum Lies
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Says nothing.</summary>
    Silent = 1,

    /// <summary>Reports no lock, or an old one.</summary>
    HideLock = 2,

    /// <summary>Never proposes some statements.</summary>
    Censor = 4,

    /// <summary>Proposes and never decides.</summary>
    NeverDecide = 8,

    /// <summary>Answers leaders with Nacks.</summary>
    Nack = 16,

    /// <summary>Complains of every epoch.</summary>
    Complain = 32,

    /// <summary>Complains of epochs far ahead and gives its own away.</summary>
    BurnCounters = 64,

    /// <summary>Votes without the body and without executing.</summary>
    BlindVote = 128,

    /// <summary>Proposes on an old directory.</summary>
    FreezeDirectory = 256,

    /// <summary>Sends old messages again.</summary>
    Replay = 512,

    /// <summary>Runs twice under one key.</summary>
    Twin = 1024,

    /// <summary>Proposes different blocks to different members, votes for all of them, picks among promises.</summary>
    Equivocate = 2048,

    /// <summary>Claims in a status what it cannot show.</summary>
    FalseStatus = 4096,

    /// <summary>Proposes one block to some and another to the rest.</summary>
    TwoFaced = 8192,

    /// <summary>Goes on, with the key it had, at the index it had, after it was removed or replaced.</summary>
    Ghost = 16384,

    /// <summary>All of them.</summary>
    All = 32767,
}
