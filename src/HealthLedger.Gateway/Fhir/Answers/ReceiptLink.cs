using System.Globalization;
using HealthLedger.Client.Read;
using HealthLedger.Fhir.Json;
using HealthLedger.Protocol;

namespace HealthLedger.Gateway.Fhir.Answers;

/// <summary>Where the receipt of the entry that an answer rests on is to be had.</summary>
/// <param name="Shard">The entry's shard.</param>
/// <param name="StatementId">Its statement.</param>
/// <param name="Index">Its place in the statement.</param>
internal readonly record struct ReceiptLink(int Shard, Hash32 StatementId, int Index)
{
    /// <summary>The relation of the link, and the url of the extension in Bundles.</summary>
    public const string Relation = "https://healthledger.org/rel/receipt";

    /// <summary>The link of an access, permitted or denied.</summary>
    public static ReceiptLink Of(AccessDecision decision) => new(decision.Shard, decision.StatementId, decision.Index);

    /// <summary>The path on this server.</summary>
    public string Path => string.Create(CultureInfo.InvariantCulture, $"/ledger/receipts/{StatementId}/{Index}?shard={Shard}");

    /// <summary>The link as a header [RFC 8288].</summary>
    public string Header => $"<{Path}>; rel=\"{Relation}\"";

    /// <summary>The link as an extension of a Bundle's entry.</summary>
    public FhirObject Extension() => new ObjectBuilder().Add("url", Relation).Add("valueUri", Path).Build();
}
