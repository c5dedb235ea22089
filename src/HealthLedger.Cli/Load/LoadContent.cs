using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using HealthLedger.Client.Records;

namespace HealthLedger.Cli.Load;

/// <summary>The records of load: each another one, the same ones for the same run.</summary>
internal static class LoadContent
{
    /// <summary>Whose ids they are.</summary>
    public const string System = "urn:healthledger:load";

    private static readonly string[] Labels = ["general", "laboratory"];

    /// <summary>Record <paramref name="number"/> of a run.</summary>
    public static PlainRecord Record(string run, long number, int bytes)
    {
        string id = string.Create(CultureInfo.InvariantCulture, $"{run}-{number}");
        return new PlainRecord
        {
            Label = Labels[number % Labels.Length], System = System, SourceId = id, Version = "1", Manifest = Encoding.UTF8.GetBytes($"{{\"load\":\"{id}\"}}"), Content = Bytes(id, bytes),
        };
    }

    // Not to be compressed, not to be equal: the hash of the name and a counter.
    private static byte[] Bytes(string id, int count)
    {
        byte[] content = new byte[count];
        Span<byte> block = stackalloc byte[SHA256.HashSizeInBytes];
        for (int at = 0; at < count; at += block.Length)
        {
            SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}/{at}")), block);
            block[..Math.Min(block.Length, count - at)].CopyTo(content.AsSpan(at));
        }
        return content;
    }
}
