using HealthLedger.Actors.Patients;

namespace HealthLedger.Orleans.Grains;

/// <summary>A patient at one member; the key is <c>member/DID</c>.</summary>
public interface IPatientGrain : IInnerGrain, IPatientActor;
