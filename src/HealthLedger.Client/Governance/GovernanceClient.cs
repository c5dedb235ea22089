using HealthLedger.Client.Submit;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Client.Governance;

/// <summary>An open proposal, read.</summary>
/// <param name="Configuration">What is proposed.</param>
/// <param name="Approved">The names of the members that stand behind it.</param>
public sealed record OpenProposal(Configuration Configuration, IReadOnlyList<string> Approved);

/// <summary>What became of a proposal or approval.</summary>
/// <param name="Configuration">The hash it was about.</param>
/// <param name="Outcome">The entry's outcome.</param>
/// <param name="Leaf">The entry's leaf in shard 0.</param>
/// <param name="StatementId">The statement; with index 0 it names the receipt.</param>
public sealed record GovernanceAnswer(Hash32 Configuration, Outcome Outcome, long Leaf, Hash32 StatementId)
{
    /// <summary>True where this entry made the quorum: its receipt proves the configuration.</summary>
    public bool Decided => Outcome == Outcome.Decided(Configuration);
}

/// <summary>How members change, for a member: what is in force and proposed, proposing, approving. The identity key signs, which is used for nothing else.</summary>
/// <param name="client">The node.</param>
public sealed class GovernanceClient(LedgerClient client)
{
    /// <summary>The configurations proved so far, after asking the node for further ones.</summary>
    public async Task<Result<ConfigurationHistory>> HistoryAsync(CancellationToken cancel = default) =>
        await client.Network.RefreshAsync(client.Connection, cancel).ConfigureAwait(false) is { } fault ? fault : client.Network.Configurations;

    /// <summary>
    /// What is proposed for the configuration after the newest. The node's word: a proposal is checked in form, and that it follows what is in force; who
    /// approved is not proved. What does not follow is left out.
    /// </summary>
    public async Task<Result<IReadOnlyList<OpenProposal>>> ProposalsAsync(CancellationToken cancel = default)
    {
        if (!(await HistoryAsync(cancel).ConfigureAwait(false)).TryGet(out ConfigurationHistory? history, out Fault fault)) return fault;
        Result<ReadOnlyMemory<byte>> answer = await client.Connection.ProposalsAsync(cancel).ConfigureAwait(false);
        if (!answer.TryGet(out ReadOnlyMemory<byte> bytes, out fault) || !ConfigurationProposals.Decode(bytes).TryGet(out ConfigurationProposals? proposals, out fault)) return fault;
        Dictionary<Hash32, string> names = history.Newest.Members.ToDictionary(member => history.Genesis.DidOf(member.Identity).Id, member => member.Name);
        List<OpenProposal> open = [];
        foreach (ConfigurationProposal proposal in proposals.Open)
        {
            if (!ConfigurationCodec.Decode(proposal.Configuration.Span).TryGet(out Configuration? configuration, out fault)) return fault;
            if (configuration.Previous == history.Newest.Hash) open.Add(new OpenProposal(configuration, [.. proposal.Approved.Where(names.ContainsKey).Select(member => names[member])]));
        }
        return open;
    }

    /// <summary>Proposes a configuration: who proposes approves.</summary>
    public Task<Result<GovernanceAnswer>> ProposeAsync(Configuration next, ISigner identity, CancellationToken cancel = default) =>
        WriteAsync(EventType.ConfigurationPropose, ConfigurationCodec.Encode(next), next.Hash, identity, cancel);

    /// <summary>Approves a proposal by its hash. The member stands behind this one alone from then on.</summary>
    public Task<Result<GovernanceAnswer>> ApproveAsync(Hash32 configuration, ISigner identity, CancellationToken cancel = default)
    {
        CborWriter body = new(64);
        new ConfigurationApproveBody { Configuration = configuration }.Encode(body);
        return WriteAsync(EventType.ConfigurationApprove, body.ToArray(), configuration, identity, cancel);
    }

    private async Task<Result<GovernanceAnswer>> WriteAsync(uint type, byte[] body, Hash32 configuration, ISigner identity, CancellationToken cancel)
    {
        if (!Event.Create(type, "directory", Id16.Random(client.Random), body).TryGet(out Event item, out Fault fault)) return fault;
        StatementDraft draft = new() { Issuer = client.Network.Genesis.DidOf(identity.Public), Signer = identity, Shard = Shards.Directory, Events = [item] };
        Result<WrittenStatement> written = await client.Writer.WriteAsync(draft, cancel).ConfigureAwait(false);
        if (!written.AllGood().TryGet(out WrittenStatement? good, out fault)) return fault;
        return new GovernanceAnswer(configuration, good.Outcomes[0], good.Committed.EntryLeaf(0), good.Committed.StatementId);
    }
}
