using System.Reflection;
using HealthLedger.Actors.Hosting;
using HealthLedger.Orleans.Grains;
using HealthLedger.Protocol.Errors;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Orleans.Calls;

/// <summary>
/// Lets clients reach edge interfaces and nothing else. A grain within may be asked only by the silo that hosts it, which proves itself by a token that
/// never leaves the process: who sent a message is what the message says, so that alone would not do. For the engine's own services it has to: they are
/// let through when the message does not say that a client sent it.
/// </summary>
internal sealed class EdgeFilter(SiloToken token, ResultFaults faults, ILogger<EdgeFilter> log) : IIncomingGrainCallFilter, IOutgoingGrainCallFilter
{
    // A client must know which grains there are, or it could ask none. No other service of the engine's is a client's to ask.
    private const string TokenKey = "healthledger-silo", ClientTypePrefix = "sys.client", ManifestType = "sys.svc.manifest", HostedPrefix = "hosted-";

    Task IIncomingGrainCallFilter.Invoke(IIncomingGrainCallContext context)
    {
        Type? declared = context.InterfaceMethod?.DeclaringType;
        if (IsEdge(declared) || token.Equals(RequestContext.Get(TokenKey) as string)) return context.Invoke();
        if (!IsInner(declared) && (!IsClient(context.SourceId) || context.TargetId.Type.ToString() == ManifestType)) return context.Invoke();
        CallLog.Refused(log, context.TargetId.Type.ToString()!, context.MethodName);
        if (faults.Make(context.InterfaceMethod, new Fault(FaultCode.MemberOnly, "Clients reach a member's node, and nothing behind it.")) is not { } refused)
            throw new UnauthorizedAccessException("Clients reach a member's node, and nothing behind it.");
        context.Result = refused;
        return Task.CompletedTask;
    }

    Task IOutgoingGrainCallFilter.Invoke(IOutgoingGrainCallContext context)
    {
        Type? declared = context.InterfaceMethod?.DeclaringType;
        return IsInner(declared) ? StampAsync(context) : context.Invoke();
    }

    // What is set here is gone when the call is sent: the caller's own context is another.
    private async Task StampAsync(IOutgoingGrainCallContext context)
    {
        RequestContext.Set(TokenKey, token.Text);
        await context.Invoke();
    }

    private static bool IsEdge(Type? declared) => typeof(IEdgeGrain).IsAssignableFrom(declared);

    private static bool IsInner(Type? declared) => typeof(IInnerGrain).IsAssignableFrom(declared) || typeof(IActor).IsAssignableFrom(declared);

    // Code of the silo outside of any grain speaks as a client that the silo hosts.
    private static bool IsClient(GrainId? source) => source is not { } id
        || (id.Type.ToString()!.StartsWith(ClientTypePrefix, StringComparison.Ordinal) && !id.Key.ToString()!.StartsWith(HostedPrefix, StringComparison.Ordinal));
}
