using System.Text.Json.Nodes;

namespace HealthLedger.Gateway.Tests.World;

/// <summary>Small resources.</summary>
internal static class Samples
{
    public static JsonObject Patient(string number) => new()
    {
        ["resourceType"] = "Patient",
        ["identifier"] = new JsonArray(new JsonObject { ["system"] = "urn:his", ["value"] = number }),
        ["name"] = new JsonArray(new JsonObject { ["family"] = "Okafor", ["given"] = new JsonArray("Adaeze") }),
        ["gender"] = "female",
        ["birthDate"] = "1984-02-11",
    };

    public static JsonObject Observation(string patient, string code = "4548-4", decimal value = 5.4m, string date = "2024-05-01") => new()
    {
        ["resourceType"] = "Observation",
        ["status"] = "final",
        ["category"] = new JsonArray(new JsonObject { ["coding"] = new JsonArray(new JsonObject { ["system"] = "http://terminology.hl7.org/CodeSystem/observation-category", ["code"] = "laboratory" }) }),
        ["code"] = new JsonObject { ["coding"] = new JsonArray(new JsonObject { ["system"] = "http://loinc.org", ["code"] = code }) },
        ["subject"] = new JsonObject { ["reference"] = $"Patient/{patient}" },
        ["effectiveDateTime"] = date,
        ["valueQuantity"] = new JsonObject { ["value"] = value, ["unit"] = "%" },
    };

    public static JsonObject Practitioner(string number = "npi-1", string family = "Grey") => new()
    {
        ["resourceType"] = "Practitioner",
        ["identifier"] = new JsonArray(new JsonObject { ["system"] = "http://hl7.org/fhir/sid/us-npi", ["value"] = number }),
        ["name"] = new JsonArray(new JsonObject { ["family"] = family }),
    };

    public static JsonObject Bundle(string type, params (JsonObject Resource, string? FullUrl, JsonObject Request)[] entries)
    {
        JsonArray all = [];
        foreach ((JsonObject resource, string? fullUrl, JsonObject request) in entries)
        {
            JsonObject entry = new() { ["resource"] = resource, ["request"] = request };
            if (fullUrl is not null) entry["fullUrl"] = fullUrl;
            all.Add(entry);
        }
        return new JsonObject { ["resourceType"] = "Bundle", ["type"] = type, ["entry"] = all };
    }

    public static JsonObject Post(string type) => new() { ["method"] = "POST", ["url"] = type };
}
