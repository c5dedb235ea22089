using HealthLedger.Protocol;
using HealthLedger.Protocol.Events;
using HealthLedger.Rules.Tests.World;

namespace HealthLedger.Rules.Tests.Properties;

/// <summary>Consent as a lawyer would write it down: lists and plain sentences, no indexes, nothing kept that could be computed.</summary>
internal sealed class ConsentModel
{
    public sealed record Segment(string Name, Party Owner)
    {
        public int Records { get; set; }
    }

    public sealed record Grant(string Name, Party To, string[] Segments, Purpose[] Purposes, long From, long Until, bool Reads, int? Uses)
    {
        public int Used { get; set; }

        public bool Ended { get; set; }

        public bool IsUsedUp => Uses is { } uses && Used >= uses;
    }

    public List<Segment> Segments { get; } = [];

    public List<Grant> Grants { get; } = [];

    public int Accesses { get; private set; }

    /// <summary>What an access by an organization opens: the count of records and the grant used; null for a denial.</summary>
    public (int Count, string? Grant)? Access(Party reader, Purpose purpose, string? segment, long now)
    {
        Accesses++;
        if (segment is not null && !Segments.Exists(s => s.Name == segment)) return null;
        bool ownPurpose = purpose is Purpose.Treatment or Purpose.EmergencyTreatment or Purpose.PatientRequest or Purpose.Payment or Purpose.Operations or Purpose.CareCoordination;
        List<Segment> asked = [.. Segments.Where(s => segment is null || s.Name == segment)];
        List<Segment> own = [.. asked.Where(s => s.Owner == reader && ownPurpose)];
        List<Segment> others = [.. asked.Except(own)];
        if (segment is not null && own.Count == 1) return (own[0].Records, null);
        Grant? best = Grants
            .Where(g => g.To == reader && !g.Ended && g.Reads && now >= g.From && now < g.Until && !g.IsUsedUp)
            .Where(g => g.Purposes.Contains(purpose) || (purpose == Purpose.CareCoordination && g.Purposes.Contains(Purpose.Treatment)))
            .Where(g => others.Exists(s => g.Segments.Contains(s.Name)))
            .OrderByDescending(g => others.Count(s => g.Segments.Contains(s.Name))).ThenBy(g => g.Uses is not null).ThenBy(g => Fake.Id(g.Name))
            .FirstOrDefault();
        if (best is null) return own.Count > 0 ? (own.Sum(s => s.Records), null) : null;
        best.Used++;
        return (own.Concat(others.Where(s => best.Segments.Contains(s.Name))).Sum(s => s.Records), best.Name);
    }
}
