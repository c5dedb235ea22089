using System.Security.Cryptography;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Client.Keys;

/// <summary>A patient's own keys: the control key that signs, and the sealing key that segment keys are sealed to.</summary>
public sealed class PatientWallet : IDisposable
{
    /// <summary>Takes keys over; the wallet disposes of them.</summary>
    /// <param name="did">The patient's identity.</param>
    /// <param name="salt">The inception's salt; null where the identity was begun by a steward.</param>
    /// <param name="control">Signs the patient's statements.</param>
    /// <param name="sealing">Opens what is sealed to the patient.</param>
    public PatientWallet(LedgerDid did, Id16? salt, SigningKey control, SealingKey sealing) =>
        (Did, Salt, Control, Sealing, Party) = (did, salt, control, sealing, new Party(did, control, sealing));

    /// <summary>The patient's identity.</summary>
    public LedgerDid Did { get; }

    /// <summary>The salt of an inception of one's own; null where a steward began the identity.</summary>
    public Id16? Salt { get; }

    /// <summary>Signs the patient's statements.</summary>
    public SigningKey Control { get; }

    /// <summary>Opens what is sealed to the patient.</summary>
    public SealingKey Sealing { get; }

    /// <summary>The patient as one who signs and opens.</summary>
    public Party Party { get; }

    /// <summary>The patient acting in the own name.</summary>
    public PatientAuthority Authority => new(Did, Party);

    /// <summary>New random keys and an identity that follows from them.</summary>
    public static PatientWallet Generate(string network, RandomNumberGenerator random)
    {
        SigningKey control = SigningKey.Generate(random);
        Id16 salt = Id16.Random(random);
        return new PatientWallet(DidOf(network, new InceptBody { Salt = salt, Key = control.Public }), salt, control, SealingKey.Generate(random));
    }

    /// <summary>New random keys for an identity that a steward holds, to claim it with.</summary>
    public static PatientWallet ForClaim(LedgerDid did, RandomNumberGenerator random) => new(did, null, SigningKey.Generate(random), SealingKey.Generate(random));

    /// <summary>The identity that an inception certifies.</summary>
    public static LedgerDid DidOf(string network, InceptBody inception)
    {
        CborWriter writer = new(160);
        inception.Encode(writer);
        return new LedgerDid(network, InceptBody.IdOf(writer.WrittenSpan));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Control.Dispose();
        Sealing.Dispose();
    }
}
