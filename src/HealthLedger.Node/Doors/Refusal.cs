using HealthLedger.Protocol.Errors;

namespace HealthLedger.Node.Doors;

/// <summary>A node that does not start.</summary>
internal static class Refusal
{
    /// <summary>Says a fault and gives its exit code.</summary>
    public static int Say(Fault fault)
    {
        Console.Error.WriteLine(fault);
        return FaultTable.Row(fault.Code).ExitCode;
    }
}
