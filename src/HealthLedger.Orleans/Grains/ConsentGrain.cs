using HealthLedger.Actors.Consents;
using HealthLedger.Orleans.Database;
using HealthLedger.Orleans.Members;
using HealthLedger.Orleans.Placement;
using HealthLedger.Protocol.Errors;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Orleans.Grains;

/// <summary>
/// <see cref="ConsentActor"/> in a silo. While a grant is still to end there is a reminder, which outlives the silo; its snapshot says whether there is
/// one, so that the database is written only when that changes. Without the database it lives by its timers, as in the embedded host.
/// </summary>
[MemberPlacement]
public sealed class ConsentGrain(MemberSite site, SnapshotStore snapshots, ILogger<ConsentGrain> log) : MemberActorGrain<IConsentActor>(site), IConsentGrain
{
    private const string SnapshotName = "consent", ReminderName = "ends";

    // The engine's shortest is a minute. The timer closes on time; the reminder only sees to it that there is a timer.
    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(5);

    private Snapshot<ConsentSnapshot>? _snapshot;

    /// <inheritdoc/>
    public async ValueTask<Result<bool>> WatchAsync()
    {
        Result<bool> watched = await CallAsync(consents => consents.WatchAsync());
        if (watched.TryGet(out bool more, out _)) await RemindAsync(more);
        return watched;
    }

    /// <inheritdoc/>
    public async Task ReceiveReminder(string reminderName, TickStatus status) => await WatchAsync();

    /// <inheritdoc/>
    protected override IConsentActor Create(MemberStand stand) => new ConsentActor(this, stand.Reader, stand.Pen);

    private async Task RemindAsync(bool wanted)
    {
        try
        {
            _snapshot ??= await snapshots.ReadAsync<ConsentSnapshot>(SnapshotName, this.GetGrainId());
            if (_snapshot.Value.IsReminded == wanted) return;
            if (wanted) await this.RegisterOrUpdateReminder(ReminderName, ReminderPeriod, ReminderPeriod);
            else if (await this.GetReminder(ReminderName) is { } reminder) await this.UnregisterReminder(reminder);
            _snapshot.Value = new ConsentSnapshot { IsReminded = wanted };
            await snapshots.WriteAsync(SnapshotName, this.GetGrainId(), _snapshot);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // A cache and a second alarm: neither is worth refusing a patient for. The next look tries again.
            _snapshot = null;
            GrainLog.DatabaseFailed(log, failure, "a reminder");
        }
    }
}
