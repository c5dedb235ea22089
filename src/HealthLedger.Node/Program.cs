using HealthLedger.Node;

return await NodeCommand.Create().Parse(args).InvokeAsync();
