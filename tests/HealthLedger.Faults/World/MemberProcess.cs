using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace HealthLedger.Faults.World;

/// <summary>How a member's process is started.</summary>
internal sealed record MemberLaunch
{
    /// <summary>The assembly that hosts the member.</summary>
    public required string Assembly { get; init; }

    /// <summary>Its arguments.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>What stands before the program, for instance to enter a network namespace; empty for nothing.</summary>
    public IReadOnlyList<string> Before { get; init; } = [];
}

/// <summary>One member as a process of its own: started, killed, paused, by its own id.</summary>
internal sealed class MemberProcess(int index, Uri door, string folder, string log, MemberLaunch launch) : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60), AskLimit = TimeSpan.FromSeconds(2);
    private readonly HttpClient _http = new() { BaseAddress = door, Timeout = AskLimit };
    private Process? _process;
    private bool _paused;

    /// <summary>Its place among the founders.</summary>
    public int Index => index;

    /// <summary>Where its doors are.</summary>
    public Uri Door => door;

    /// <summary>Its folder.</summary>
    public string Folder => folder;

    /// <summary>True while the process lives.</summary>
    public bool IsUp => _process is { HasExited: false };

    /// <summary>Starts it as the product's node, or in another way, and waits until its doors are open.</summary>
    public async Task StartAsync(MemberLaunch? otherwise = null)
    {
        MemberLaunch how = otherwise ?? launch;
        string[] words = [.. how.Before, Programs.Dotnet, how.Assembly, .. how.Arguments];
        ProcessStartInfo start = new(words[0]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string word in words.Skip(1)) start.ArgumentList.Add(word);
        TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Process process = Process.Start(start)!;
        StreamWriter writer = new(log, append: true) { AutoFlush = true };
        Lock gate = new();
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        (_process, _paused) = (process, false);
        Task first = await Task.WhenAny(ready.Task, process.WaitForExitAsync(), Task.Delay(StartLimit));
        if (first != ready.Task) throw new SeriesException($"Member {index} does not start; its log is {log}.");

        void Take(string? line)
        {
            lock (gate)
            {
                if (line is null) return;
                writer.WriteLine(line);
            }
            if (line.StartsWith("ready ", StringComparison.Ordinal)) ready.TrySetResult();
        }
    }

    /// <summary>Ends it as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        if (Interlocked.Exchange(ref _process, null) is not { } process) return;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>Asks it to end, as an operator does, and waits for it.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _process, null) is not { } process) return;
        await Programs.MustAsync("kill", "-TERM", $"{process.Id}");
        using (CancellationTokenSource limit = new(StartLimit)) await process.WaitForExitAsync(limit.Token);
        process.Dispose();
    }

    /// <summary>Stops it where it stands: SIGSTOP.</summary>
    public async Task PauseAsync()
    {
        await Programs.MustAsync("kill", "-STOP", $"{_process!.Id}");
        _paused = true;
    }

    /// <summary>Lets it go on: SIGCONT.</summary>
    public async Task ContinueAsync()
    {
        await Programs.MustAsync("kill", "-CONT", $"{_process!.Id}");
        _paused = false;
    }

    /// <summary>What it says of itself; null where it does not answer.</summary>
    public async Task<JsonNode?> HealthAsync()
    {
        if (!IsUp || _paused) return null;
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync(new Uri("health/ready", UriKind.Relative));
            return await answer.Content.ReadFromJsonAsync<JsonNode>();
        }
        catch (Exception failed) when (failed is HttpRequestException or OperationCanceledException or System.Text.Json.JsonException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        if (_process is { } process)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
        _http.Dispose();
    }
}
