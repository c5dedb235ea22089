using HealthLedger.Actors.Consents;

namespace HealthLedger.Orleans.Grains;

/// <summary>A patient's consents at one member; the key is <c>member/DID</c>. A reminder wakes it where its silo or its timer is gone.</summary>
public interface IConsentGrain : IInnerGrain, IConsentActor, IRemindable;
