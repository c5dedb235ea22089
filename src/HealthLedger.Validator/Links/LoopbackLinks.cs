using System.Collections.Concurrent;
using HealthLedger.Protocol;

namespace HealthLedger.Validator.Links;

/// <summary>
/// Members in one process: bytes go from one to the other through memory, and nothing else does. A member that is down swallows what is
/// sent to it. Tests cut, and mend, the way from one member to another.
/// </summary>
public sealed class LoopbackLinks
{
    private readonly ConcurrentDictionary<Hash32, IMemberEndpoint> _endpoints = new();
    private readonly ConcurrentDictionary<(Hash32 From, Hash32 To), bool> _cut = new();

    /// <summary>A member's own view of the links.</summary>
    public IMemberLinks Of(Hash32 member) => new View(this, member);

    /// <summary>The member is up; null: it is down.</summary>
    public void Connect(Hash32 member, IMemberEndpoint? endpoint)
    {
        if (endpoint is null) _endpoints.TryRemove(member, out _);
        else _endpoints[member] = endpoint;
    }

    /// <summary>Cuts (or mends) the way from one member to another; the way back is another one.</summary>
    public void Cut(Hash32 from, Hash32 to, bool cut = true)
    {
        if (cut) _cut[(from, to)] = true;
        else _cut.TryRemove((from, to), out _);
    }

    private IMemberEndpoint? Reach(Hash32 from, Hash32 to) => _cut.ContainsKey((from, to)) ? null : _endpoints.GetValueOrDefault(to);

    private sealed class View(LoopbackLinks links, Hash32 self) : IMemberLinks
    {
        public void Post(Hash32 member, ReadOnlyMemory<byte> message) => links.Reach(self, member)?.Receive(self, message);

        public async Task<ReadOnlyMemory<byte>> AskAsync(Hash32 member, ReadOnlyMemory<byte> request, CancellationToken stopping)
        {
            if (links.Reach(self, member) is not { } endpoint) return default;
            // The answerer's work is not the asker's thread's, as it would not be over a wire.
            ReadOnlyMemory<byte> answer = await Task.Run(() => endpoint.AnswerAsync(self, request, stopping), stopping);
            return links.Reach(member, self) is null ? default : answer;
        }
    }
}
