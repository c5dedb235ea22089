namespace HealthLedger.Orleans.Members;

/// <summary>
/// Brings the member's site up once the silo takes calls, and drains it before the silo says that it ends: its gateways still answer then, so that clients
/// are told to go elsewhere.
/// </summary>
internal sealed class SiteLifecycle(MemberSite site) : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(SiteLifecycle), ServiceLifecycleStage.Active + 1, _ => site.StartAsync(), site.DrainAsync);
        lifecycle.Subscribe(nameof(SiteLifecycle), ServiceLifecycleStage.RuntimeServices, _ => Task.CompletedTask, _ => site.DisposeAsync().AsTask());
    }
}
