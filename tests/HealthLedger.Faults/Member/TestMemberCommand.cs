using System.CommandLine;
using HealthLedger.Actors.Network;
using HealthLedger.Node;
using HealthLedger.Node.Doors;
using HealthLedger.Node.Members;
using HealthLedger.Node.Settings;
using HealthLedger.Protocol.Errors;
using HealthLedger.Validator.Links;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace HealthLedger.Faults.Member;

/// <summary>The test build of a member: the product's node with its parts exchanged for such as misbehave. No product build has any of this.</summary>
internal static class TestMemberCommand
{
    /// <summary>The command; it takes the node's own settings too.</summary>
    public static Command Make()
    {
        NodeSettings settings = new();
        Option<double> offset = new("--clock-offset") { Description = "Seconds by which its time of day is wrong" };
        Option<string?> lie = new("--lie") { Description = "equivocate, censor or depose" };
        lie.AcceptOnlyFromAmong("equivocate", "censor", "depose");
        Option<int> lose = new("--lose") { Description = "Of a hundred messages so many are lost" };
        Option<int> delay = new("--delay") { Description = "Milliseconds that a message waits at most, so that later ones overtake" };
        Option<bool> next = new("--next-build") { Description = "Is the next build: it has version 2 of the rules and speaks one version more of the link protocol" };
        Option<string?> when = new("--when") { Description = "Misbehaves only while this file is there" };
        Command command = new("member", "Run a member that misbehaves");
        foreach (Option option in (Option[])[.. settings.Options, offset, lie, lose, delay, next, when]) command.Options.Add(option);
        command.SetAction(async (parsed, cancel) =>
        {
            if (!NodeSettings.Configuration().TryGet(out IConfiguration? configuration, out Fault fault) || !settings.Read(parsed, configuration).TryGet(out NodeOptions? options, out fault)) return Refusal.Say(fault);
            Switch on = new(parsed.GetValue(when));
            OffsetClock clock = new(TimeSpan.FromSeconds(parsed.GetValue(offset)), on);
            Weather weather = new(parsed.GetValue(lose), TimeSpan.FromMilliseconds(parsed.GetValue(delay)));
            List<UnrulyLinks> wrapped = [];
            bool isNext = parsed.GetValue(next);
            MemberSeams seams = new()
            {
                Links = links => isNext ? links with { VersionMax = links.VersionMax + 1 } : links,
                Parts = parts => Wrap(isNext ? parts with { Replica = parts.Replica with { Rules = parts.Replica.Rules.With(new RulesV2()) } } : parts, options, parsed.GetValue(lie), weather, on, wrapped),
            };
            if (!(await MemberHost.StartAsync(options, clock, NodeLog.ToConsole, cancel, seams)).TryGet(out MemberHost? host, out fault)) return Refusal.Say(fault);
            await using (host)
            {
                Console.WriteLine($"ready {host.Address}");
                bool asked = await host.WaitForEndAsync(cancel);
                foreach (UnrulyLinks links in wrapped) links.Dispose();
                return asked ? 0 : Refusal.Say(new Fault(FaultCode.Defect, "The replica has ended; the log says why."));
            }
        });
        return command;
    }

    private static MemberParts Wrap(MemberParts parts, NodeOptions options, string? lie, Weather weather, Switch on, List<UnrulyLinks> wrapped)
    {
        MemberFolder folder = MemberFolder.Open(options.Data).Value;
        int self = 0;
        while (folder.Genesis.Configuration.Members[self].Identity.KeyId != parts.Member) self++;
        Liar liar = new(folder.Genesis, self, parts.ValidatorKeys()[0]);
        Manner manner = lie switch { "equivocate" => new Equivocator(liar), "censor" => new Censor(), "depose" => new Deposer(liar), _ => new Manner() };
        UnrulyLinks links = new(parts.Links, manner, weather, on, parts.Loggers.CreateLogger<UnrulyLinks>());
        wrapped.Add(links);
        Action<IMemberEndpoint?> connect = parts.Connect;
        return parts with { Links = links, Connect = endpoint => connect(links.Wrap(endpoint)) };
    }
}
