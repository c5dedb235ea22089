using System.CommandLine;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Node.Settings;

/// <summary>
/// One setting of the node: from the command line, else the environment (<c>HEALTHLEDGER__LINKSURL</c>), else <c>appsettings.json</c> (<c>HealthLedger:LinksUrl</c>),
/// else its default.
/// </summary>
/// <typeparam name="T">What it means.</typeparam>
internal sealed class Setting<T>
{
    private readonly string _key;
    private readonly string _legal;
    private readonly string? _default;
    private readonly Func<string, (bool Fits, T? Value)> _parse;

    /// <summary>A setting.</summary>
    /// <param name="name">Its name on the command line, without dashes before it.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="legal">What it may be, as a refusal says it.</param>
    /// <param name="default">Its default as text; null where the absence means something.</param>
    /// <param name="parse">Whether a text is legal, and what it means.</param>
    public Setting(string name, string description, string legal, string? @default, Func<string, (bool Fits, T? Value)> parse)
    {
        (_key, _legal, _default, _parse) = (string.Concat(name.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..])), legal, @default, parse);
        string told = @default is null ? "" : $" Default: {@default}.";
        Option = new Option<string?>("--" + name) { Description = $"{description} {char.ToUpperInvariant(legal[0])}{legal[1..]}.{told}", Recursive = true, HelpName = "value" };
    }

    /// <summary>The option of the command line.</summary>
    public Option<string?> Option { get; }

    /// <summary>The value that holds, or a fault that names the setting, where it came from, and what it may be.</summary>
    public Result<T?> Read(ParseResult parsed, IConfiguration configuration)
    {
        if (parsed.GetValue(Option) is { } given) return Parse(given, Option.Name);
        string path = $"HealthLedger:{_key}";
        if (configuration[path] is { Length: > 0 } configured) return Parse(configured, $"{path} (HEALTHLEDGER__{_key.ToUpperInvariant()})");
        return _default is null ? Result<T?>.Ok(default) : Parse(_default, Option.Name);
    }

    private Result<T?> Parse(string text, string source) =>
        _parse(text) is { Fits: true, Value: var value } ? Result<T?>.Ok(value) : new Fault(FaultCode.UsageWrong, $"The setting {source} is {_legal}; it was \"{text}\".");
}
