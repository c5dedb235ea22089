using HealthLedger.Protocol.Errors;

namespace HealthLedger.Actors.Network;

/// <summary>Small public files of a network, written whole or not at all, read within bounds.</summary>
public static class WholeFile
{
    /// <summary>Reads a file; a fault where it is missing or too long.</summary>
    public static Result<byte[]> Read(string path, int bytesMax)
    {
        FileInfo file = new(path);
        if (!file.Exists) return new Fault(FaultCode.FileUnusable, $"There is no file {path}.");
        return file.Length <= bytesMax ? File.ReadAllBytes(path) : new Fault(FaultCode.FormatLimit, $"The file {path} has more than {bytesMax} bytes.");
    }

    /// <summary>Writes a file beside and renames it.</summary>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        string beside = path + ".new";
        using (FileStream file = new(beside, FileMode.Create, FileAccess.Write))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }
        File.Move(beside, path, overwrite: true);
    }
}
