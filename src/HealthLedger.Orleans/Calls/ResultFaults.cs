using System.Collections.Concurrent;
using System.Reflection;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Orleans.Calls;

/// <summary>Makes a fault of the type that a method answers with: <c>Result&lt;T&gt;</c> for whatever T it has.</summary>
internal sealed class ResultFaults
{
    private readonly ConcurrentDictionary<Type, Func<Fault, object>?> _makers = new();

    /// <summary>The boxed result; null for a method that does not answer with a result.</summary>
    public object? Make(MethodInfo? method, Fault fault) => method is null ? null : _makers.GetOrAdd(method.ReturnType, Maker)?.Invoke(fault);

    private static Func<Fault, object>? Maker(Type returns)
    {
        if (!returns.IsGenericType || returns.GetGenericTypeDefinition() != typeof(ValueTask<>)) return null;
        Type result = returns.GetGenericArguments()[0];
        if (!result.IsGenericType || result.GetGenericTypeDefinition() != typeof(Result<>)) return null;
        MethodInfo box = typeof(ResultFaults).GetMethod(nameof(Box), BindingFlags.NonPublic | BindingFlags.Static)!;
        return box.MakeGenericMethod(result.GetGenericArguments()[0]).CreateDelegate<Func<Fault, object>>();
    }

    private static object Box<T>(Fault fault) => (Result<T>)fault;
}
