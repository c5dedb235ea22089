using HealthLedger.Protocol.Errors;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Orleans.Calls;

/// <summary>
/// Turns what fails on the way to an actor, or in it, into the faults that the embedded host gives: a caller never sees an exception of the engine's,
/// and no detail of a defect leaves the silo.
/// </summary>
internal sealed class FaultFilter(ResultFaults faults, ILogger<FaultFilter> log) : IIncomingGrainCallFilter, IOutgoingGrainCallFilter
{
    async Task IIncomingGrainCallFilter.Invoke(IIncomingGrainCallContext context)
    {
        Exception? failure = await FailureAsync(context);
        if (failure is null) return;
        CallLog.TurnFailed(log, failure, context.TargetId.Type.ToString()!, context.MethodName);
        if (faults.Make(context.InterfaceMethod, new Fault(FaultCode.Defect, "The node met a defect while it worked on this; its log has the details.")) is { } answer) context.Result = answer;
        else if (context.Response is null) throw failure;
    }

    async Task IOutgoingGrainCallFilter.Invoke(IOutgoingGrainCallContext context)
    {
        Exception? failure = await FailureAsync(context);
        if (failure is null) return;
        CallLog.NotReached(log, failure, context.TargetId.Type.ToString()!, context.MethodName);
        if (faults.Make(context.InterfaceMethod, FaultOf(failure)) is { } answer) context.Result = answer;
        else if (context.Response is null) throw failure;
    }

    private static async Task<Exception?> FailureAsync(IGrainCallContext context)
    {
        try
        {
            await context.Invoke();
            return context.Response?.Exception;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }

    private static Fault FaultOf(Exception failure) => failure switch
    {
        TimeoutException => new Fault(FaultCode.TimedOut, "No answer came in time; ask again whether it was done."),
        LimitExceededException or GatewayTooBusyException => new Fault(FaultCode.Busy, "Too much is waiting here; try again shortly."),
        _ => new Fault(FaultCode.Unavailable, "This part of the cluster cannot be reached now; try again in a moment."),
    };
}
