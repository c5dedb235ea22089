using HealthLedger.Actors.Hosting;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Actors.Patients;

/// <summary>
/// One patient, as a member's node knows it; the key is the DID. The asker is the identity whose signature on the query was verified.
/// </summary>
public interface IPatientActor : IActor
{
    /// <summary>Counter, keys, segments, and what is sealed to the asker.</summary>
    ValueTask<Result<PatientHead>> HeadAsync(string asker, PatientHeadRequest request);

    /// <summary>What a committed permit opens, page by page; every page is decided anew.</summary>
    ValueTask<Result<ReleasePage>> ReleaseAsync(string asker, ReleaseRequest request);

    /// <summary>Who did, or tried, what. For the patient and its steward only.</summary>
    ValueTask<Result<LogPage>> LogAsync(string asker, AccessLogRequest request);

    /// <summary>The grants: all for the patient and its steward, else those to the asker.</summary>
    ValueTask<Result<GrantsAnswer>> GrantsAsync(string asker, GrantsRequest request);
}
