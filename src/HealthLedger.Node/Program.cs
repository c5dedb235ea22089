using System.CommandLine;
using HealthLedger.Node;

// A node that is asked to stop answers what is under way and hands over what it leads; whoever supervises decides when that takes too long.
return await NodeCommand.Create().Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = Timeout.InfiniteTimeSpan });
