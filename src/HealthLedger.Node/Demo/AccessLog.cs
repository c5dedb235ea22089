using HealthLedger.Client.Keys;
using HealthLedger.Client.Patients;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Objects;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Node.Demo;

/// <summary>The patient's log of accesses, read through signed queries and opened with the patient's own keys.</summary>
internal static class AccessLog
{
    /// <summary>Every access, oldest first.</summary>
    /// <exception cref="InvalidOperationException">The node does not answer the patient or steward.</exception>
    public static async Task<IReadOnlyList<LogLine>> ReadAsync(DemoWorld world, PatientAuthority authority, CancellationToken cancel)
    {
        PatientDirectory directory = new(world.Ledger, authority.Holder);
        await directory.RefreshAsync(authority.Patient, cancel);
        List<LogLine> lines = [];
        for (long? after = -1; after is { } from;)
        {
            Result<LogPage> answer = await world.Ledger.Queries.AccessLogAsync(authority.Holder with { Did = authority.Patient }, authority.Patient, from, ExchangeLimits.LogEntriesMax, cancel);
            if (!answer.TryGet(out LogPage? page, out Fault fault)) throw new InvalidOperationException(fault.ToString());
            lines.AddRange(page.Entries.Select(entry => LineOf(world, directory, entry)).OfType<LogLine>());
            after = page.Next;
        }
        return lines;
    }

    private static LogLine? LineOf(DemoWorld world, PatientDirectory directory, LogEntry entry)
    {
        Event item = Event.Decode(entry.Event).Value;
        if (item.Type != EventType.AccessRequest) return null;
        AccessBody access = AccessBody.Decode(item.Body.Span).Value;
        Outcome outcome = Outcome.Decode(entry.Outcome.Span).Value;
        string? person = entry.Note is { } note && Note.Open(note, directory.Keyring.Find).TryGet(out Note? opened, out _) ? opened.Person : null;
        return new LogLine(DateTimeOffset.FromUnixTimeMilliseconds(entry.Time), world.NameOf(entry.Issuer), person, access.Purpose.ToString().ToLowerInvariant(),
            outcome.Kind.ToString().ToLowerInvariant(), outcome.Count ?? 0);
    }
}
