using Microsoft.Extensions.Logging;

namespace HealthLedger.Validator.Links.Http;

/// <summary>What the links say in the log: members' names, codes, numbers.</summary>
internal sealed partial class LinkLog(ILogger logger)
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Links listen at {Address}")]
    public partial void Listening(string address);

    [LoggerMessage(Level = LogLevel.Information, Message = "Link to {Member} is up, version {Version}, build {Build}")]
    public partial void Up(string member, int version, string build);

    [LoggerMessage(Level = LogLevel.Information, Message = "Link to {Member} is down: {Reason}")]
    public partial void Down(string member, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Member {Member} cannot be reached: {Reason}")]
    public partial void Unreachable(string member, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The greeting of {Member} is refused, {Code}: {Reason}")]
    public partial void Refused(string member, string code, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The stream of {Member} is closed: {Reason}")]
    public partial void StreamClosed(string member, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A connection of a stranger is closed: {Reason}")]
    public partial void Stranger(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The link to {Member} met a defect and begins anew")]
    public partial void Defect(string member, Exception failure);
}
