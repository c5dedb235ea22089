using HealthLedger.Actors.Hosting;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;

namespace HealthLedger.Actors.Patients;

/// <summary>What callers of a patient hold.</summary>
internal sealed class PatientProxy(ActorRef<IPatientActor> patient) : IPatientActor
{
    public ValueTask<Result<PatientHead>> HeadAsync(string asker, PatientHeadRequest request)
    {
        PatientHeadRequest copy = patient.Copy(request, value => value.Encode(), PatientHeadRequest.Decode);
        return patient.CallAsync(actor => actor.HeadAsync(asker, copy));
    }

    public ValueTask<Result<ReleasePage>> ReleaseAsync(string asker, ReleaseRequest request)
    {
        ReleaseRequest copy = patient.Copy(request, value => value.Encode(), ReleaseRequest.Decode);
        return patient.CallAsync(actor => actor.ReleaseAsync(asker, copy));
    }

    public ValueTask<Result<LogPage>> LogAsync(string asker, AccessLogRequest request)
    {
        AccessLogRequest copy = patient.Copy(request, value => value.Encode(), AccessLogRequest.Decode);
        return patient.CallAsync(actor => actor.LogAsync(asker, copy));
    }

    public ValueTask<Result<GrantsAnswer>> GrantsAsync(string asker, GrantsRequest request)
    {
        GrantsRequest copy = patient.Copy(request, value => value.Encode(), GrantsRequest.Decode);
        return patient.CallAsync(actor => actor.GrantsAsync(asker, copy));
    }
}
