using HealthLedger.Actors.Patients;
using HealthLedger.Orleans.Members;
using HealthLedger.Orleans.Placement;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Orleans.Grains;

/// <summary><see cref="PatientActor"/> in a silo.</summary>
[MemberPlacement]
public sealed class PatientGrain(MemberSite site) : MemberActorGrain<IPatientActor>(site), IPatientGrain
{
    /// <inheritdoc/>
    public ValueTask<Result<PatientHead>> HeadAsync(string asker, PatientHeadRequest request) => CallAsync(patient => patient.HeadAsync(asker, request));

    /// <inheritdoc/>
    public ValueTask<Result<ReleasePage>> ReleaseAsync(string asker, ReleaseRequest request) => CallAsync(patient => patient.ReleaseAsync(asker, request));

    /// <inheritdoc/>
    public ValueTask<Result<LogPage>> LogAsync(string asker, AccessLogRequest request) => CallAsync(patient => patient.LogAsync(asker, request));

    /// <inheritdoc/>
    public ValueTask<Result<GrantsAnswer>> GrantsAsync(string asker, GrantsRequest request) => CallAsync(patient => patient.GrantsAsync(asker, request));

    /// <inheritdoc/>
    protected override IPatientActor Create(MemberStand stand) => new PatientActor(this, stand.Reader);
}
