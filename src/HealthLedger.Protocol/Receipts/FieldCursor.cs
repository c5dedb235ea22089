using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Protocol.Receipts;

/// <summary>Remembers which field of a map is being read, so that a fault can say where a file broke.</summary>
internal struct FieldCursor(string whole)
{
    private string? _field;

    /// <summary>Reads the key of the next field. The name stays that of the field in which the reader failed.</summary>
    public void Enter(ref CborReader reader, int key, string field)
    {
        if (reader.Failed) return;
        _field = field;
        reader.ReadKey(key);
    }

    /// <summary>The last field was read; what follows is about the whole.</summary>
    public void Leave() => _field = null;

    /// <summary>The fault with the field's name before its sentence.</summary>
    public readonly Fault Name(Fault fault) => fault with { Message = $"{_field ?? whole}: {fault.Message}" };
}
