using System.Diagnostics.CodeAnalysis;

namespace HealthLedger.Protocol.Errors;

/// <summary>Either a value or the fault that stood in its way. The default value is a fault without a code and must not be used.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public readonly struct Result<T>
{
    private readonly T? _value;
    private readonly Fault _fault;
    private readonly bool _ok;

    private Result(T value) => (_value, _ok) = (value, true);

    private Result(Fault fault) => _fault = fault;

    /// <summary>True when there is a value.</summary>
    public bool IsOk => _ok;

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">There is none: the caller forgot to ask <see cref="IsOk"/>.</exception>
    public T Value => _ok ? _value! : throw new InvalidOperationException($"There is no value: {_fault}");

    /// <summary>The fault; <see cref="FaultCode.None"/> when there is a value.</summary>
    public Fault Fault => _fault;

    /// <summary>Both at once: true with the value, or false with the fault.</summary>
    public bool TryGet([MaybeNullWhen(false)] out T value, out Fault fault)
    {
        (value, fault) = (_value, _fault);
        return _ok;
    }

    /// <summary>A result with a value; for types that cannot be converted implicitly (interfaces).</summary>
    public static Result<T> Ok(T value) => new(value);

    /// <summary>A result with a value.</summary>
    public static implicit operator Result<T>(T value) => new(value);

    /// <summary>A result with a fault.</summary>
    public static implicit operator Result<T>(Fault fault) => new(fault);
}
