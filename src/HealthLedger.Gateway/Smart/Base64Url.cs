using System.Buffers;

namespace HealthLedger.Gateway.Smart;

/// <summary>Base64url without padding [RFC 7515 §2], strict.</summary>
internal static class Base64Url
{
    /// <summary>The bytes, or null where the text is missing or anything but canonical base64url.</summary>
    public static byte[]? Decode(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text.IndexOf('=') >= 0 || text.Length > 65536) return null;
        byte[] bytes = new byte[System.Buffers.Text.Base64Url.GetMaxDecodedLength(text.Length)];
        OperationStatus status = System.Buffers.Text.Base64Url.DecodeFromChars(text, bytes, out int consumed, out int written);
        return status == OperationStatus.Done && consumed == text.Length ? bytes[..written] : null;
    }

    /// <summary>The text of the bytes.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
