using HealthLedger.Cli.Names;
using HealthLedger.Client.Patients;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Keys;
using HealthLedger.Protocol.Objects;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Cli.Commands.Reading;

/// <summary>One line of a patient's log, in words.</summary>
internal sealed record LogLine
{
    /// <summary>The entry's leaf.</summary>
    public required long Leaf { get; init; }

    /// <summary>The height of its block.</summary>
    public required long Height { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    public required long Time { get; init; }

    /// <summary>The issuer's did.</summary>
    public required string Issuer { get; init; }

    /// <summary>The issuer as people call it.</summary>
    public required string Who { get; init; }

    /// <summary>The event's type.</summary>
    public required uint Type { get; init; }

    /// <summary>What happened.</summary>
    public required string What { get; init; }

    /// <summary>What the rules decided: applied, duplicate, refused, permitted, denied.</summary>
    public required string Outcome { get; init; }

    /// <summary>The reason's code.</summary>
    public FaultCode? Reason { get; init; }

    /// <summary>The person behind an access, where the note opens.</summary>
    public string? Person { get; init; }

    /// <summary>The outcome with its reason.</summary>
    public string OutcomeText => Reason is { } reason && Outcome is "denied" or "refused" ? $"{Outcome}: {FaultTable.Row(Reason!.Value).Sentence}" : Outcome;
}

/// <summary>Puts a patient's log into words; opens the notes that name persons.</summary>
internal sealed class LogReader(Actor actor)
{
    private readonly Dictionary<Id16, string> _labels = [];
    private string? _steward;
    private bool _known;

    /// <summary>One entry.</summary>
    public async Task<Result<LogLine>> ReadAsync(LedgerDid patient, LogEntry entry, CancellationToken cancel)
    {
        if (!_known)
        {
            _known = true;
            if ((await actor.Directory.GetAsync(patient, cancel)).TryGet(out PatientView? view, out _))
                foreach (KnownSegment segment in view.Segments) _labels[segment.Segment] = segment.Label;
        }
        if (!Event.Decode(entry.Event).TryGet(out Event item, out Fault fault) || !Outcome.Decode(entry.Outcome.Span).TryGet(out Outcome outcome, out fault)) return fault;
        // Until the claim whatever is done under the patient's identity is done by the steward.
        if (item.Type == EventType.IdentityIncept && InceptBody.Decode(item.Body.Span).TryGet(out InceptBody? incept, out _) && incept.Steward is { } steward)
            _steward = Names.Organizations.NameOf(actor.Client.Network, steward);
        string who = entry.Issuer != patient.ToString() ? Names.Organizations.NameOf(actor.Client.Network, entry.Issuer)
            : _steward is { } acting ? $"{acting}, as steward" : "the patient";
        if (item.Type == EventType.IdentityClaim && outcome.Kind == OutcomeKind.Applied) _steward = null;
        return new LogLine
        {
            Leaf = entry.Leaf, Height = entry.Height, Time = entry.Time, Issuer = entry.Issuer, Who = who, Type = item.Type, What = WhatOf(item),
            Outcome = outcome.Kind.ToString().ToLowerInvariant(), Reason = outcome.Reason, Person = item.Type == EventType.AccessRequest ? PersonOf(entry, item) : null,
        };
    }

    private string WhatOf(Event item)
    {
        ReadOnlySpan<byte> body = item.Body.Span;
        switch (item.Type)
        {
            case EventType.IdentityIncept: return "began the identity";
            case EventType.IdentityRotate: return "replaced the wallet's key";
            case EventType.IdentityClaim: return "handed the identity over to the patient's wallet";
            case EventType.OrganizationShared: return "opened its shared resources";
            case EventType.SegmentOpen: return "opened a segment";
            case EventType.SegmentRotate: return "replaced a segment's key";
            case EventType.RecordAdd: return "added a record";
            case EventType.RecordAmend: return "added a newer version of a record";
            case EventType.RecordRetract: return "marked a record as entered in error";
            case EventType.GrantRevoke: return "took a grant back";
            case EventType.GrantClose: return "wrote down that a grant ended";
            case EventType.GrantCreate when GrantBody.Decode(body).TryGet(out GrantBody? grant, out _):
                return $"granted {Names.Organizations.NameOf(actor.Client.Network, grant.Grantee)} to {Words.Of(grant.Rights)} {Labels(grant.Segments)} for {string.Join(", ", grant.Purposes.Select(Words.Of))} until {Words.Time(grant.Until)}";
            case EventType.AccessRequest when AccessBody.Decode(body).TryGet(out AccessBody? access, out _):
                string what = access.Records is { } records ? $"{records.Count} records" : access.Segments is { } segments ? Labels(segments) : "everything it may";
                return $"asked to read {what} for {Words.Of(access.Purpose)} as {Words.Of(access.Role)}";
            default: return $"event {item.Type}";
        }
    }

    private string Labels(IReadOnlyList<Id16> segments) => string.Join(", ", segments.Select(segment => _labels.GetValueOrDefault(segment, $"segment {segment.ToString()[..8]}")));

    // A note counts only where it opens the commitment that stands in the entry.
    private string? PersonOf(LogEntry entry, Event item)
    {
        if (entry.Note is not { } bytes || !AccessBody.Decode(item.Body.Span).TryGet(out AccessBody? access, out _)) return null;
        SealingKey? KeyOf(Hash32 id) => actor.Party.Sealing.Public.KeyId == id ? actor.Party.Sealing : actor.Directory.Keyring.Find(id);
        if (!Note.Open(bytes, KeyOf).TryGet(out Note? note, out _) || note.Person is null) return null;
        return Note.Commit(note.Salt, note.Person) == access.Person ? note.Person : null;
    }
}
