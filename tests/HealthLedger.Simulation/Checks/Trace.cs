using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Log;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol.Votes;
using HealthLedger.Simulation.Engine;
using HealthLedger.Simulation.World;

namespace HealthLedger.Simulation.Checks;

/// <summary>A schedule told line by line: time, node, what it does.</summary>
public sealed class Trace
{
    private readonly List<string> _lines = [];
    private readonly Dictionary<Protocol.Hash32, string> _names = [];
    private readonly List<(string Line, Action Act)> _watched = [];
    private readonly HashSet<(int Node, string Text)> _said = [];
    private SimWorld? _world;

    /// <summary>The lines so far.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Tells the time.</summary>
    public void Watch(SimWorld world) => _world = world;

    /// <summary>Acts once, just before whatever the first such line tells happens.</summary>
    public void When(string line, Action act) => _watched.Add((line, act));

    /// <summary>Adds a line about a node, or about the world.</summary>
    public void Add(Node? node, string text)
    {
        string told = $"{(node is null ? "      " : $"node {node.Id}")}  {text}";
        _lines.Add($"{_world?.Now ?? 0,6} {told}");
        for (int i = 0; i < _watched.Count; i++)
        {
            if (!told.Contains(_watched[i].Line, StringComparison.Ordinal)) continue;
            Action act = _watched[i].Act;
            _watched.RemoveAt(i);
            act();
            return;
        }
    }

    /// <summary>Adds a line for what a node must not forget.</summary>
    public void Record(Node node, VoteRecord record)
    {
        string? text = record switch
        {
            Locked locked => $"locks {locked.Certificate.Epoch} {Name(locked.Certificate.Height, locked.Certificate.Block)}",
            BaseChosen chosen => $"finds the base of {chosen.Epoch}: {Name(chosen.Block.Height, chosen.Block.Hash)}{(chosen.VoteAgain ? ", to be voted again" : "")}",
            Entered entered => $"enters {entered.Epoch} on proof",
            _ => null,
        };
        if (text is not null) Add(node, text);
    }

    /// <summary>Adds a line for something a node does.</summary>
    public void Effect(Node node, Effect effect)
    {
        string? text = effect switch
        {
            CastVote cast => $"votes {cast.Vote.Kind} {cast.Vote.Epoch} {Name(cast.Vote.Height, cast.Vote.Block)}",
            Commit commit => $"commits {string.Join(", ", commit.Blocks.Select(block => Name(block.Height, block.Hash)))} by {commit.Certificate.Epoch}",
            Send { Message: PromiseAnswer answer } => $"promises {answer.Promise.Epoch}, lock {Short(answer.Promise.Lock)}, committed {Short(answer.Promise.Committed)}",
            Send { Message: NackAnswer answer } send => $"answers node {NodeAt(send)}: {answer.Nack.Reason}{(answer.Nack.NeedFrom is { } from ? $" from {from}" : "")}",
            Send { Message: ProposeCall call } send => $"proposes again to node {NodeAt(send)}: {call.Epoch} {Name(call.Block.Height, call.Block.Hash)}",
            Send { Message: HandOverCall call } send => $"hands {call.HandOver.Epoch} over to node {NodeAt(send)}",
            Broadcast { Message: ProposeCall call } => $"proposes {call.Epoch} {Name(call.Block.Height, call.Block.Hash)}{(call.Promises is null ? "" : " with promises")}",
            Broadcast { Message: LockCall call } => $"shows {call.Prepared.Epoch} prepared {Name(call.Prepared.Height, call.Prepared.Block)}",
            Broadcast { Message: DecideCall call } => $"shows {call.Committed.Epoch} committed {Name(call.Committed.Height, call.Committed.Block)}",
            Broadcast { Message: NewEpochCall call } => $"asks for promises to {call.Epoch}",
            Broadcast { Message: ComplainCall call } => $"complains of {call.Complaint.Epoch}",
            _ => null,
        };
        // A repetition tells nothing new.
        if (text is null || (effect is Broadcast { Message: ComplainCall } or Send { Message: NackAnswer } && !_said.Add((node.Id, text)))) return;
        Add(node, text);
    }

    /// <summary>A block's name: its height, with a letter where there are several.</summary>
    public string Name(long height, Protocol.Hash32 hash)
    {
        if (_names.TryGetValue(hash, out string? name)) return name;
        int others = _names.Values.Count(other => other == $"{height}" || (other.StartsWith($"{height}", StringComparison.Ordinal) && other.Length > $"{height}".Length && char.IsLetter(other[^1]) && other[..^1] == $"{height}"));
        name = others == 0 ? $"{height}" : $"{height}{(char)('a' + others)}";
        _names.Add(hash, name);
        return name;
    }

    private int NodeAt(Send send) => _world?.Configurations.NodeAt(send.Message.Config, send.To) ?? send.To;

    private string Short(Certificate? certificate) => certificate is null ? "none" : $"{Name(certificate.Height, certificate.Block)} of {certificate.Epoch}";
}
