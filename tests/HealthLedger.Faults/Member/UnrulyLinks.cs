using HealthLedger.Protocol;
using HealthLedger.Validator.Links;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Faults.Member;

/// <summary>How messages fare on their way out, beside what the member's manner makes of them.</summary>
/// <param name="LosePercent">Of a hundred messages, questions and answers so many are lost.</param>
/// <param name="DelayMax">Each waits up to so long, so that later ones overtake.</param>
internal readonly record struct Weather(int LosePercent, TimeSpan DelayMax);

/// <summary>A member's links that lose, delay, reorder, leave out and make up messages while a switch is on. What goes over the wire is as it was.</summary>
internal sealed class UnrulyLinks : IMemberLinks, IMemberEndpoint, IDisposable
{
    private readonly IMemberLinks _inner;
    private readonly Manner _manner;
    private readonly Weather _weather;
    private readonly Switch _switch;
    private readonly Timer _timer;
    private IMemberEndpoint? _endpoint;

    /// <summary>Wraps links.</summary>
    public UnrulyLinks(IMemberLinks inner, Manner manner, Weather weather, Switch on, ILogger log)
    {
        (_inner, _manner, _weather, _switch) = (inner, manner, weather, on);
        int ticks = 0;
        _timer = new Timer(_ =>
        {
            if (!on.IsOn) return;
            manner.Tick(Out);
            if (++ticks % 8 == 0 && manner.Did.Length > 0) log.LogWarning("The test member misbehaves: {Did}", manner.Did);
        }, null, TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(250));
    }

    /// <summary>Puts the manner between the links and the member: what is given to the links hears what is left.</summary>
    public IMemberEndpoint? Wrap(IMemberEndpoint? endpoint)
    {
        Volatile.Write(ref _endpoint, endpoint);
        return endpoint is null ? null : this;
    }

    /// <inheritdoc/>
    public void Post(Hash32 member, ReadOnlyMemory<byte> message)
    {
        if (!_switch.IsOn) _inner.Post(member, message);
        else
            foreach ((Hash32 to, ReadOnlyMemory<byte> instead) in _manner.Send(member, message)) Out(to, instead);
    }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>> AskAsync(Hash32 member, ReadOnlyMemory<byte> request, CancellationToken stopping)
    {
        if (_switch.IsOn)
        {
            if (IsLost()) return default;
            await Task.Delay(Wait(), stopping);
        }
        return await _inner.AskAsync(member, request, stopping);
    }

    /// <inheritdoc/>
    public void Receive(Hash32 from, ReadOnlyMemory<byte> message)
    {
        if (!_switch.IsOn || _manner.Hears(from, message, Out)) Volatile.Read(ref _endpoint)?.Receive(from, message);
    }

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> AnswerAsync(Hash32 from, ReadOnlyMemory<byte> request, CancellationToken stopping) =>
        Volatile.Read(ref _endpoint)?.AnswerAsync(from, request, stopping) ?? Task.FromResult(default(ReadOnlyMemory<byte>));

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Out(Hash32 to, ReadOnlyMemory<byte> message)
    {
        if (IsLost()) return;
        TimeSpan wait = Wait();
        if (wait == TimeSpan.Zero) _inner.Post(to, message);
        else _ = LaterAsync(to, message, wait);
    }

    private async Task LaterAsync(Hash32 to, ReadOnlyMemory<byte> message, TimeSpan wait)
    {
        await Task.Delay(wait);
        _inner.Post(to, message);
    }

    private bool IsLost() => _weather.LosePercent > 0 && Random.Shared.Next(100) < _weather.LosePercent;

    private TimeSpan Wait() => _weather.DelayMax * Random.Shared.NextDouble();
}
