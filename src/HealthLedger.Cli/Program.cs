using HealthLedger.Cli.Shell;

return await CommandLine.RunAsync(args, Terminal.Process());
