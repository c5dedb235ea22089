namespace HealthLedger.Actors.Hosting;

/// <summary>Finds actors. An actor exists as soon as it is asked something; where it runs is the host's affair.</summary>
public interface IActors
{
    /// <summary>The actor of that kind and key.</summary>
    /// <param name="key">What in the world it stands for: a DID, <c>shard/member</c>; 1 to 256 characters.</param>
    T Get<T>(string key) where T : class, IActor;
}
