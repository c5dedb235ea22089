using System.Collections.Immutable;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Protocol.Receipts;

/// <summary>
/// The configurations of a network from its genesis on, each proved by the one before it: what is in here was decided by a quorum of the members of that time.
/// Needs the genesis file and nothing else. Immutable; safe for any number of threads.
/// </summary>
public sealed class ConfigurationHistory
{
    /// <summary>Most bytes of an encoded history.</summary>
    public const int BytesMax = ConfigurationProof.ListBytesMax;

    private readonly record struct Step(Configuration Configuration, ConfigurationProof Proof, long Height, long Leaf);

    private readonly ImmutableArray<Step> _steps;

    private ConfigurationHistory(GenesisFile genesis, ImmutableArray<Step> steps) => (Genesis, _steps) = (genesis, steps);

    /// <summary>The genesis: configuration 0.</summary>
    public GenesisFile Genesis { get; }

    /// <summary>The configuration with the highest number.</summary>
    public Configuration Newest => _steps.IsEmpty ? Genesis.Configuration : _steps[^1].Configuration;

    /// <summary>A history of nothing but the founders.</summary>
    public static ConfigurationHistory From(GenesisFile genesis) => new(genesis, []);

    /// <summary>The configuration of a number; null where it is not in here.</summary>
    public Configuration? TryGet(int number) => number == 0 ? Genesis.Configuration : number > 0 && number <= _steps.Length ? _steps[number - 1].Configuration : null;

    /// <summary>The height of shard 0 at which a configuration was decided; 0 for the genesis.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in here.</exception>
    public long DecidedHeight(int number) => number == 0 ? 0 : StepOf(number).Height;

    /// <summary>The leaf of shard 0 that decided a configuration; 0 for the genesis.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in here.</exception>
    public long DecidedLeaf(int number) => number == 0 ? 0 : StepOf(number).Leaf;

    /// <summary>The proofs of configurations 1 to <paramref name="number"/>: what a receipt certified by that one carries.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in here.</exception>
    public ImmutableArray<ConfigurationProof> ProofsTo(int number) => ProofsBetween(0, number);

    /// <summary>The proofs of the configurations after <paramref name="after"/>, to <paramref name="last"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is not in here.</exception>
    public ImmutableArray<ConfigurationProof> ProofsBetween(int after, int last)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(last, _steps.Length);
        return last <= after ? [] : [.. _steps[after..last].Select(step => step.Proof)];
    }

    /// <summary>This history and one configuration more: q + 1 verifications and one for each member. A fault where the proof does not hold.</summary>
    public Result<ConfigurationHistory> Append(ConfigurationProof proof) =>
        Check(proof, Newest, _steps.IsEmpty ? 0 : _steps[^1].Height).TryGet(out Step step, out Fault fault) ? new ConfigurationHistory(Genesis, _steps.Add(step)) : fault;

    /// <summary>
    /// This history and several configurations more. A fault's sentence starts with the place in the list: <c>configurations[2].certificate: ...</c>.
    /// </summary>
    public Result<ConfigurationHistory> Append(ImmutableArray<ConfigurationProof> proofs)
    {
        if (proofs.IsEmpty) return this;
        ImmutableArray<Step>.Builder steps = ImmutableArray.CreateBuilder<Step>(_steps.Length + proofs.Length);
        steps.AddRange(_steps);
        for (int i = 0; i < proofs.Length; i++)
        {
            (Configuration before, long height) = steps.Count == 0 ? (Genesis.Configuration, 0) : (steps[^1].Configuration, steps[^1].Height);
            if (!Check(proofs[i], before, height).TryGet(out Step step, out Fault fault)) return fault with { Message = $"configurations[{i}].{fault.Message}" };
            steps.Add(step);
        }
        return new ConfigurationHistory(Genesis, steps.MoveToImmutable());
    }

    /// <summary>The first number of which the two histories have different configurations; null where they agree as far as both go.</summary>
    public int? FirstDifference(ConfigurationHistory other)
    {
        if (Genesis.Hash != other.Genesis.Hash) return 0;
        for (int i = 0; i < Math.Min(_steps.Length, other._steps.Length); i++)
            if (_steps[i].Configuration.Hash != other._steps[i].Configuration.Hash) return i + 1;
        return null;
    }

    /// <summary>The encoded history: the proofs from number 1 on, or those after a number that the reader has already.</summary>
    public byte[] Encode(int after = 0)
    {
        CborWriter writer = new(1024);
        ConfigurationProof.WriteList(writer, after >= _steps.Length ? [] : ProofsBetween(after, _steps.Length));
        return writer.ToArray();
    }

    /// <summary>Reads and verifies a history with nothing but the genesis file.</summary>
    public static Result<ConfigurationHistory> Decode(ReadOnlyMemory<byte> bytes, GenesisFile genesis) => From(genesis).Append(bytes);

    /// <summary>This history and the encoded configurations that follow it, as <see cref="Encode"/> gives them after <see cref="Newest"/>.</summary>
    public Result<ConfigurationHistory> Append(ReadOnlyMemory<byte> following)
    {
        if (following.Length > BytesMax) return new Fault(FaultCode.FormatLimit, $"configurations: A history has at most {BytesMax} bytes.");
        CborReader reader = new(following.Span);
        ImmutableArray<ConfigurationProof> proofs = ConfigurationProof.ReadList(ref reader, following);
        return reader.End() ? Append(proofs) : reader.Fault with { Message = $"configurations: {reader.Fault.Message}" };
    }

    private Step StepOf(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, _steps.Length);
        return _steps[number - 1];
    }

    private Result<Step> Check(ConfigurationProof proof, Configuration before, long decidedBefore)
    {
        if (!ConfigurationCodec.Decode(proof.Configuration.Span).TryGet(out Configuration? configuration, out Fault fault)) return fault with { Message = $"configuration: {fault.Message}" };
        if (configuration.Number != before.Number + 1) return At("configuration", "Its number is not the next one.");
        if (configuration.Network != before.Network || configuration.Previous != before.Hash) return At("configuration", "It does not follow the one before it.");
        if (!Receipts.Receipt.Decode(proof.Receipt).TryGet(out Receipt? receipt, out fault)) return fault;
        if (!receipt.Configurations.IsEmpty) return At("configurations", "The receipt in a proof brings no configurations of its own.");
        if (ReceiptCheck.Check(receipt, Genesis, before) is { } unproven) return unproven;
        BlockHeader own = receipt.Headers[1];
        if (own.Shard != Shards.Directory || own.Config != before.Number) return At("headers[1]", "Configurations are decided in shard 0, under the one before.");
        if (own.Height <= decidedBefore) return At("headers[1]", "It was decided before the one that it follows.");
        if (receipt.Outcome != Outcome.Decided(configuration.Hash)) return At("outcome", "It did not decide this configuration.");
        if (receipt.Event.Event is not { } item || !Names(item, proof.Configuration.Span, configuration.Hash)) return At("event", "It neither proposes nor approves this configuration.");
        return new Step(configuration, proof, own.Height, receipt.EntryLeaf);
    }

    private static bool Names(in Event item, ReadOnlySpan<byte> configuration, Hash32 hash) => item.SubjectUtf8.SequenceEqual("directory"u8) && item.Type switch
    {
        EventType.ConfigurationPropose => item.Body.Span.SequenceEqual(configuration),
        EventType.ConfigurationApprove => ConfigurationApproveBody.Decode(item.Body.Span).TryGet(out ConfigurationApproveBody? body, out _) && body.Configuration == hash,
        _ => false,
    };

    private static Fault At(string field, string sentence) => new(FaultCode.ProofInvalid, $"{field}: {sentence}");
}
