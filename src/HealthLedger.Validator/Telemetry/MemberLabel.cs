using HealthLedger.Protocol;
using HealthLedger.Validator.Configurations;

namespace HealthLedger.Validator.Telemetry;

/// <summary>How a member is called in metrics: one word for as long as its process lives.</summary>
internal static class MemberLabel
{
    private const int IdCharacters = 8;

    /// <summary>The index in the newest configuration known at the start; of one that is not in it yet, the beginning of its id.</summary>
    public static string Of(ConfigurationBook book, Hash32 member)
    {
        int index = book.IndexOf(book.Newest.Number, member);
        return index >= 0 ? index.ToString(System.Globalization.CultureInfo.InvariantCulture) : member.ToString()[..IdCharacters];
    }
}
