using HealthLedger.Actors.Nodes;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Merkle;

namespace HealthLedger.Orleans.Wire;

/// <summary>
/// The types that travel between silos and clients in their own CBOR form, each with the name it has on the wire. A type that is not in here, and
/// that the engine does not know either, cannot be sent.
/// </summary>
public sealed class CborForms
{
    private readonly Dictionary<Type, ICborForm> _byType = [];
    private readonly Dictionary<string, ICborForm> _byName = [];

    /// <summary>The forms of everything that actors and nodes take and give.</summary>
    public CborForms()
    {
        AddResultOf("truth", Plain.Encode, Plain.DecodeTruth);
        AddResultOf("number", Plain.Encode, Plain.DecodeNumber);
        AddResultOf("text", Plain.Encode, Plain.DecodeText);
        AddResultOf("bytes", static value => value.ToArray(), static bytes => Result<ReadOnlyMemory<byte>>.Ok(bytes));
        Add("hash", static value => value.ToArray(), Plain.DecodeHash);
        Add("tile", Plain.Encode, Plain.DecodeTile);
        AddBoth("submission", static value => value.Encode(), SubmissionEnvelope.Decode);
        AddBoth("committed", static value => value.Encode(), CommittedStatement.Decode);
        AddBoth("head-request", static value => value.Encode(), PatientHeadRequest.Decode);
        AddBoth("head", static value => value.Encode(), PatientHead.Decode);
        AddBoth("release-request", static value => value.Encode(), ReleaseRequest.Decode);
        AddBoth("release", static value => value.Encode(), ReleasePage.Decode);
        AddBoth("log-request", static value => value.Encode(), AccessLogRequest.Decode);
        AddBoth("log", static value => value.Encode(), LogPage.Decode);
        AddBoth("grants-request", static value => value.Encode(), GrantsRequest.Decode);
        AddBoth("grants", static value => value.Encode(), GrantsAnswer.Decode);
        AddBoth("health", HealthForm.Encode, HealthForm.Decode);
    }

    /// <summary>Makes a type known that travels as a value.</summary>
    /// <typeparam name="T">The type; its values never change, so none is copied inside a silo.</typeparam>
    /// <param name="name">Its name on the wire; never changed, never used again for another.</param>
    /// <param name="encode">To canonical CBOR.</param>
    /// <param name="decode">From it; what comes is bounded by the engine's largest message and by the type's own limits.</param>
    public void Add<T>(string name, Func<T, byte[]> encode, Func<ReadOnlyMemory<byte>, Result<T>> decode) => Register<T>(name, new CborForm<T>(name, encode, decode));

    /// <summary>Makes a type known that travels as a value and as an answer.</summary>
    public void AddBoth<T>(string name, Func<T, byte[]> encode, Func<ReadOnlyMemory<byte>, Result<T>> decode)
    {
        Add(name, encode, decode);
        AddResultOf(name, encode, decode);
    }

    /// <summary>Makes a type known that travels as an answer: the value, none, or the fault that stood in its way.</summary>
    public void AddResultOf<T>(string name, Func<T, byte[]> encode, Func<ReadOnlyMemory<byte>, Result<T>> decode)
    {
        ResultForm<T> form = new(encode, decode);
        Register<Result<T>>($"{name}?", new CborForm<Result<T>>($"{name}?", form.Encode, form.Decode));
    }

    internal ICborForm? Of(Type type) => _byType.GetValueOrDefault(type);

    internal ICborForm? Of(string name) => _byName.GetValueOrDefault(name);

    private void Register<T>(string name, ICborForm form)
    {
        _byType.Add(typeof(T), form);
        _byName.Add(name, form);
    }
}
