using System.Buffers;
using System.Text;

namespace HealthLedger.Fhir.Json;

/// <summary>
/// Compact JSON. Escapes only what JSON demands (quote, backslash, controls), so text comes back as it came in. A lone
/// surrogate, which only a caller's own string can hold, becomes U+FFFD.
/// </summary>
internal static class JsonWriter
{
    private static readonly SearchValues<char> Escaped =
        SearchValues.Create("\"\\" + new string(Enumerable.Range(0, 32).Select(i => (char)i).ToArray()));

    public static void Write(FhirNode node, IBufferWriter<byte> output)
    {
        switch (node)
        {
            case FhirObject value:
                WriteObject(value, output);
                break;
            case FhirArray value:
                WriteArray(value, output);
                break;
            case FhirValue { Kind: FhirValueKind.String } value:
                WriteString(value.Text, output);
                break;
            case FhirValue value:
                Encoding.UTF8.GetBytes(value.Text, output);
                break;
        }
    }

    private static void WriteObject(FhirObject value, IBufferWriter<byte> output)
    {
        Put((byte)'{', output);
        bool first = true;
        foreach (ref readonly FhirMember member in value.Span)
        {
            if (!first) Put((byte)',', output);
            first = false;
            WriteString(member.Name, output);
            Put((byte)':', output);
            Write(member.Value, output);
        }
        Put((byte)'}', output);
    }

    private static void WriteArray(FhirArray value, IBufferWriter<byte> output)
    {
        Put((byte)'[', output);
        bool first = true;
        foreach (FhirNode item in value.Span)
        {
            if (!first) Put((byte)',', output);
            first = false;
            Write(item, output);
        }
        Put((byte)']', output);
    }

    private static void WriteString(string text, IBufferWriter<byte> output)
    {
        Put((byte)'"', output);
        ReadOnlySpan<char> rest = text;
        while (true)
        {
            int stop = rest.IndexOfAny(Escaped);
            if (stop < 0)
            {
                Encoding.UTF8.GetBytes(rest, output);
                break;
            }
            Encoding.UTF8.GetBytes(rest[..stop], output);
            Escape(rest[stop], output);
            rest = rest[(stop + 1)..];
        }
        Put((byte)'"', output);
    }

    private static void Escape(char c, IBufferWriter<byte> output) => output.Write(c switch
    {
        '"' => "\\\""u8,
        '\\' => "\\\\"u8,
        '\b' => "\\b"u8,
        '\f' => "\\f"u8,
        '\n' => "\\n"u8,
        '\r' => "\\r"u8,
        '\t' => "\\t"u8,
        _ => Encoding.ASCII.GetBytes($"\\u{(int)c:x4}"),
    });

    private static void Put(byte value, IBufferWriter<byte> output)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }
}
