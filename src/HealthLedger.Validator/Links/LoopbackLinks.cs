namespace HealthLedger.Validator.Links;

/// <summary>
/// Members in one process: bytes go from one to the other through memory, and nothing else does. A member that is down swallows what is
/// sent to it. Tests cut, and mend, the way from one member to another.
/// </summary>
public sealed class LoopbackLinks
{
    private readonly IMemberEndpoint?[] _endpoints;
    private readonly bool[,] _cut;

    /// <summary>Links between so many members, none of them up yet.</summary>
    public LoopbackLinks(int members) => (_endpoints, _cut) = (new IMemberEndpoint?[members], new bool[members, members]);

    /// <summary>A member's own view of the links.</summary>
    public IMemberLinks Of(int member) => new View(this, member);

    /// <summary>The member is up; null: it is down.</summary>
    public void Connect(int member, IMemberEndpoint? endpoint) => Volatile.Write(ref _endpoints[member], endpoint);

    /// <summary>Cuts (or mends) the way from one member to another; the way back is another one.</summary>
    public void Cut(int from, int to, bool cut = true) => Volatile.Write(ref _cut[from, to], cut);

    private IMemberEndpoint? Reach(int from, int to) =>
        to >= 0 && to < _endpoints.Length && !Volatile.Read(ref _cut[from, to]) ? Volatile.Read(ref _endpoints[to]) : null;

    private sealed class View(LoopbackLinks links, int self) : IMemberLinks
    {
        public void Post(int member, ReadOnlyMemory<byte> message) => links.Reach(self, member)?.Receive(self, message);

        public async Task<ReadOnlyMemory<byte>> AskAsync(int member, ReadOnlyMemory<byte> request, CancellationToken stopping)
        {
            if (links.Reach(self, member) is not { } endpoint) return default;
            // The answerer's work is not the asker's thread's, as it would not be over a wire.
            ReadOnlyMemory<byte> answer = await Task.Run(() => endpoint.AnswerAsync(self, request, stopping), stopping);
            return links.Reach(member, self) is null ? default : answer;
        }
    }
}
