using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using HealthLedger.Actors.Network;
using HealthLedger.Actors.Nodes;
using HealthLedger.Protocol.Errors;

namespace HealthLedger.Node.Demo.Members;

/// <summary>Every member a process of its own on this machine: asked over HTTP, stopped and started by the script that runs the cluster.</summary>
/// <param name="http">Asks.</param>
/// <param name="nodes">The members' doors, in order.</param>
/// <param name="folder">The network's folder.</param>
/// <param name="control">The script, which takes <c>stop N</c> and <c>start N</c>.</param>
internal sealed class ProcessMembers(HttpClient http, IReadOnlyList<Uri> nodes, string folder, string control) : IDemoMembers
{
    private static readonly TimeSpan HealthPatience = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public int Count => nodes.Count;

    /// <inheritdoc/>
    public async Task<NodeHealth?> HealthAsync(int member, CancellationToken cancel)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(HealthPatience);
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(new Uri(nodes[member], "health/ready"), patience.Token);
            return await answer.Content.ReadFromJsonAsync<NodeHealth>(JsonSerializerOptions.Web, patience.Token);
        }
        catch (Exception down) when (down is HttpRequestException or JsonException || (down is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public Task<Fault?> StopAsync(int member, CancellationToken cancel) => ControlAsync("stop", member, cancel);

    /// <inheritdoc/>
    public Task<Fault?> StartAsync(int member, CancellationToken cancel) => ControlAsync("start", member, cancel);

    /// <inheritdoc/>
    public string ReplicaFolder(int member) => Path.Combine(LocalFounding.MemberFolderOf(folder, member), "replica");

    /// <summary>A replica begins to read its store when it starts.</summary>
    public async Task<Fault?> ReadStoreAsync(int member, CancellationToken cancel) => await StopAsync(member, cancel) ?? await StartAsync(member, cancel);

    private async Task<Fault?> ControlAsync(string verb, int member, CancellationToken cancel)
    {
        using Process process = Process.Start(new ProcessStartInfo(control, [verb, member.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> said = process.StandardError.ReadToEndAsync(cancel);
        _ = process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return process.ExitCode == 0 ? null : new Fault(FaultCode.Unavailable, $"{Path.GetFileName(control)} {verb} {member} ended with {process.ExitCode}: {(await said).Trim()}");
    }
}
