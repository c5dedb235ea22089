namespace HealthLedger.Validator.Links.Http;

/// <summary>
/// The link protocol: HTTP/2 over TLS 1.3, both ends with a certificate of their transport key.
/// <code>
/// POST /links/messages                        one long stream for each direction; bodies are CBOR sequences [RFC 8742]
///   request:  bstr hello, then bstr message / uint beat ...
///   answer:   200 bstr welcome, then uint beat ... (the newest beat of the request, repeated while nothing new comes)
///             409 application/problem+cbor: another network, or no common version
/// POST /links/{version}/{genesis hash}/ask    one question, one answer
/// </code>
/// </summary>
internal static class LinkProtocol
{
    public const int VersionMin = 1, VersionMax = 1;

    public const string MessagesPath = "/links/messages", Prefix = "/links/";

    /// <summary>Most bytes of a hello or a welcome.</summary>
    public const int HelloBytesMax = 512;

    /// <summary>Most bytes of a question.</summary>
    public const int QuestionBytesMax = 1 << 20;

    public const string ContentType = "application/cbor-seq";

    public static string AskPath(int version, Protocol.Hash32 genesis) => $"{Prefix}{version}/{genesis}/ask";
}
