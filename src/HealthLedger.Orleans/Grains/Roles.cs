namespace HealthLedger.Orleans.Grains;

/// <summary>A grain that clients of the cluster may ask.</summary>
public interface IEdgeGrain : IGrainWithStringKey;

/// <summary>A grain that only the silo which hosts it may ask.</summary>
public interface IInnerGrain : IGrainWithStringKey;
