using HealthLedger.Cli.Import;
using HealthLedger.Cli.Shell;
using HealthLedger.Protocol.Errors;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace HealthLedger.Cli.Commands.Importing;

/// <summary>Runs an import with a bar that tells rate and time left; on the error stream, and only where a person looks.</summary>
internal static class ImportProgress
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(250);

    /// <summary>Scans and runs.</summary>
    public static async Task<Fault?> RunAsync(Call call, Importer importer, CancellationToken cancel)
    {
        if (call.IsJson || !call.Terminal.IsErrorTerminal)
        {
            importer.Scan(cancel);
            return await importer.RunAsync(cancel);
        }
        Fault? broken = null;
        await call.ErrorConsole.Progress().AutoRefresh(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RateColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                ProgressTask bar = progress.AddTask("Reading", autoStart: false);
                await Task.Run(() => importer.Scan(cancel), cancel);
                bar.Description = "Importing";
                bar.MaxValue = Math.Max(1, importer.Total);
                bar.StartTask();
                Task<Fault?> run = Task.Run(() => importer.RunAsync(cancel), cancel);
                using PeriodicTimer timer = new(Refresh, call.Terminal.Clock);
                while (!run.IsCompleted)
                {
                    await Task.WhenAny(run, timer.WaitForNextTickAsync(cancel).AsTask());
                    bar.Value = importer.Tally.Done;
                }
                broken = await run;
            });
        return broken;
    }

    private sealed class RateColumn : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(task.Speed is { } speed ? $"{speed:N0}/s" : "");
    }
}
