using HealthLedger.Protocol.Errors;
using HealthLedger.Storage.Snapshots;

namespace HealthLedger.Node.Settings;

/// <summary>The settings of the database, from <c>appsettings.json</c> (<c>HealthLedger:Database</c>) or the environment (<c>HEALTHLEDGER__Database__Kind=postgres</c>).</summary>
internal static class DatabaseSettings
{
    /// <summary>Reads and checks them; a fault names the one that cannot be used. No value is repeated: one of them is a secret.</summary>
    public static Result<DatabaseOptions> Read(IConfiguration configuration)
    {
        IConfigurationSection section = configuration.GetSection("HealthLedger:Database");
        string[] known = [.. typeof(DatabaseOptions).GetProperties().Select(property => property.Name)];
        foreach (IConfigurationSection given in section.GetChildren())
        {
            if (!known.Contains(given.Key, StringComparer.OrdinalIgnoreCase)) return new Fault(FaultCode.SettingUnfit, $"There is no setting HEALTHLEDGER__Database__{given.Key}; there are {string.Join(", ", known)}.");
        }
        try
        {
            DatabaseOptions options = section.Get<DatabaseOptions>() ?? new DatabaseOptions();
            return options.Check() is { } unfit ? unfit : options;
        }
        catch (InvalidOperationException)
        {
            IConfigurationSection wrong = section.GetChildren().First(given => !Fits(given));
            Type type = typeof(DatabaseOptions).GetProperties().First(property => property.Name.Equals(wrong.Key, StringComparison.OrdinalIgnoreCase)).PropertyType;
            string legal = type.IsEnum ? string.Join(" or ", Enum.GetNames(type)).ToLowerInvariant() : type == typeof(bool) ? "true or false" : type == typeof(TimeSpan) ? "a time such as 00:00:02.5" : "a number";
            return new Fault(FaultCode.SettingUnfit, $"The setting HEALTHLEDGER__Database__{wrong.Key} is {legal}.");
        }
    }

    private static bool Fits(IConfigurationSection given)
    {
        try
        {
            new ConfigurationBuilder().AddInMemoryCollection([new KeyValuePair<string, string?>(given.Key, given.Value)]).Build().Get<DatabaseOptions>();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
