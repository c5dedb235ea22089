using HealthLedger.Actors.Nodes;
using HealthLedger.Client.Connection;
using HealthLedger.Gateway.Nodes;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Cluster.Tests.World;

/// <summary>The way to one member's node: broken while the member is down, and for calls that its end interrupts, as a wire is.</summary>
internal class MemberConnection(TestCluster cluster, int member) : ILedgerConnection
{
    public virtual Task<Result<ReadOnlyMemory<byte>>> GenesisAsync(CancellationToken cancel = default) => CallAsync(node => node.GenesisAsync(cancel));

    public virtual Task<Result<CommittedStatement>> SubmitAsync(SubmissionEnvelope envelope, CancellationToken cancel = default) => CallAsync(node => node.SubmitAsync(envelope, cancel));

    public virtual Task<Result<CommittedStatement?>> FindAsync(int shard, Hash32 statementId, CancellationToken cancel = default) => CallAsync(node => node.FindAsync(shard, statementId, cancel));

    public virtual Task<Result<ReadOnlyMemory<byte>>> QueryAsync(ReadOnlyMemory<byte> signedQuery, CancellationToken cancel = default) => CallAsync(node => node.QueryAsync(signedQuery, cancel));

    public virtual Task<Result<string>> CheckpointAsync(CancellationToken cancel = default) => CallAsync(node => node.CheckpointAsync(cancel));

    public virtual Task<Result<ReadOnlyMemory<byte>>> ConfigurationsAsync(int after, CancellationToken cancel = default) => CallAsync(node => node.ConfigurationsAsync(after, cancel));

    public virtual Task<Result<ReadOnlyMemory<byte>>> ProposalsAsync(CancellationToken cancel = default) => CallAsync(node => node.ProposalsAsync(cancel));

    public virtual Task<Result<ReadOnlyMemory<byte>>> ReceiptAsync(int shard, Hash32 statementId, int index, CancellationToken cancel = default) =>
        CallAsync(node => node.ReceiptAsync(shard, statementId, index, cancel));

    private async Task<Result<T>> CallAsync<T>(Func<NodeConnection, Task<Result<T>>> call)
    {
        if (await cluster.NodeAsync(member) is not { } node) return Broken;
        try
        {
            return await call(new NodeConnection(node));
        }
        catch (Exception end) when (end is ObjectDisposedException or OperationCanceledException || cluster.Network.Member(member) is null)
        {
            return Broken;
        }
    }

    private static Fault Broken => new(FaultCode.ConnectionFailed, "The member is down.");
}
