using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Protocol.State;
using HealthLedger.Rules.State;
using HealthLedger.Rules.Views;

namespace HealthLedger.Validator.Audit;

/// <summary>
/// The configurations that an audit knows: those of a history that proved itself, and those that shard 0's blocks, each certified by the one before, have
/// decided as far as they are checked. Safe for several threads.
/// </summary>
internal sealed class AuditConfigurations(ConfigurationHistory history)
{
    private readonly Lock _gate = new();
    private readonly List<Configuration> _decided = [];

    /// <summary>A configuration by its number; null where it is not known (yet).</summary>
    public Configuration? TryGet(int number)
    {
        lock (_gate) return number > 0 && number <= _decided.Count ? _decided[number - 1] : history.TryGet(number);
    }

    /// <summary>Takes in what shard 0's rows have decided by now; a fault where a history says otherwise.</summary>
    public Fault? Learn(IRowReader directory)
    {
        lock (_gate)
        {
            while (new LedgerView(directory).Configuration(_decided.Count + 1) is { } row)
            {
                if (!ConfigurationCodec.Decode(row.Bytes.Span).TryGet(out Configuration? configuration, out Fault fault)) return fault;
                if (history.TryGet(configuration.Number) is { } known && known.Hash != configuration.Hash)
                    return new Fault(FaultCode.ProofInvalid, $"Another configuration of number {configuration.Number} is proved elsewhere: members have decided twice.");
                _decided.Add(configuration);
            }
        }
        return null;
    }
}
