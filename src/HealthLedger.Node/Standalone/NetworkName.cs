using System.Security.Cryptography;

namespace HealthLedger.Node.Standalone;

/// <summary>Names of new networks.</summary>
internal static class NetworkName
{
    private const int RandomCharacters = 8;

    /// <summary>The word and eight random characters, so that statements for one network mean nothing to another of the same word.</summary>
    public static string New(string word) => $"{word}-{RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz234567", RandomCharacters)}";
}
