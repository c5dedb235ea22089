using HealthLedger.Actors.Nodes;

namespace HealthLedger.Node.Demo.Steps;

/// <summary>A byte of one replica's disk is flipped; the replica notices, says so, and heals from the others.</summary>
internal sealed class DamageStep : IStep
{
    /// <inheritdoc/>
    public string Title => "A byte on one replica's disk is flipped behind its back";

    /// <inheritdoc/>
    public async Task<StepResult> RunAsync(DemoWorld world, CancellationToken cancel)
    {
        if (world.Members.Count < 4) return StepResult.Good("[grey]Left out: it takes other members to heal from.[/]");
        int member = world.Members.Count - 2;
        if (FlipAByte(Path.Combine(world.Members.ReplicaFolder(member), "blocks")) is not { } place) return StepResult.Bad("There is no block on its disk to damage.");
        if (await world.Members.ReadStoreAsync(member, cancel) is { } fault) return StepResult.Bad($"It cannot be read: {fault}");
        bool noticed = await Waiting.UntilAsync(async () => Says(await world.Members.HealthAsync(member, cancel), "were found"), cancel);
        bool healed = noticed && await Waiting.UntilAsync(async () => await world.Members.HealthAsync(member, cancel) is { } health && !Says(health, "being healed"), cancel);
        return new StepResult(noticed && healed,
        [
            $"{world.Ledger.Network.Genesis.Configuration.Members[member].Name}, {place}",
            noticed ? "[green]✓[/] noticed: log, metric and health say where" : "[red]It was not noticed.[/]",
            healed ? "[green]✓[/] healed: the block was fetched from the others, checked and written anew" : "[red]It was not healed.[/]",
        ]);
    }

    private static bool Says(NodeHealth? health, string words) => health?.Warnings.Any(warning => warning.Contains(words, StringComparison.Ordinal)) == true;

    // Flips a bit in the middle of what the first file of that folder holds, and says where.
    private static string? FlipAByte(string folder)
    {
        string? path = Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).FirstOrDefault(file => new FileInfo(file).Length > 0) : null;
        if (path is null) return null;
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        byte[] head = new byte[Math.Min(file.Length, 1 << 20)];
        file.ReadExactly(head);
        int last = Array.FindLastIndex(head, value => value != 0);
        if (last < 0) return null;
        int at = last / 2;
        while (at < last && head[at] == 0) at++;
        file.Position = at;
        file.WriteByte((byte)(head[at] ^ 0x10));
        file.Flush(flushToDisk: true);
        return $"{Path.GetFileName(folder)}/{Path.GetFileName(path)}, byte {at}";
    }
}
