using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace HealthLedger.Consensus;

/// <summary>Checks that stay on in production. A failing one is a bug of ours, never something a peer or user can cause.</summary>
public static class Invariant
{
    /// <summary>Ends the operation when <paramref name="holds"/> is false; the replica must not go on with that state.</summary>
    /// <exception cref="InvariantViolation">The condition does not hold.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Require([DoesNotReturnIf(false)] bool holds, string sentence)
    {
        if (!holds) Throw(sentence);
    }

    [DoesNotReturn, MethodImpl(MethodImplOptions.NoInlining)]
    private static void Throw(string sentence) => throw new InvariantViolation(sentence);
}

/// <summary>An invariant of the replication core does not hold.</summary>
/// <param name="sentence">What should have been so.</param>
public sealed class InvariantViolation(string sentence) : Exception(sentence);
