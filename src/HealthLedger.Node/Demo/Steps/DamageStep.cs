using HealthLedger.Validator;

namespace HealthLedger.Node.Demo.Steps;

/// <summary>A byte of one replica's disk is flipped; the replica notices, says so, and heals from the others.</summary>
internal sealed class DamageStep : IStep
{
    /// <inheritdoc/>
    public string Title => "A byte on one replica's disk is flipped behind its back";

    /// <inheritdoc/>
    public async Task<StepResult> RunAsync(DemoWorld world, CancellationToken cancel)
    {
        if (world.Network.Count < 4) return StepResult.Good("[grey]Left out: it takes other members to heal from.[/]");
        int member = world.Network.Count - 2;
        Replica replica = world.Network.Member(member)!.Replica;
        await replica.ScrubAsync(cancel);
        long before = replica.Health.DamageFound;
        if (FlipAByte(Path.Combine(world.Folder, "members", $"{member}", "store", "blocks")) is not { } place) return StepResult.Bad("There is no block on its disk to damage.");
        await replica.ScrubAsync(cancel);
        bool noticed = await Waiting.UntilAsync(() => replica.Health.DamageFound > before, cancel);
        bool healed = await Waiting.UntilAsync(() => replica.Health.DamageOpen == 0, cancel);
        await replica.ScrubAsync(cancel);
        return new StepResult(noticed && healed,
        [
            $"{world.Network.Genesis.Configuration.Members[member].Name}, {place}",
            noticed ? "[green]✓[/] noticed: log, metric and health say where" : "[red]It was not noticed.[/]",
            healed ? "[green]✓[/] healed: the block was fetched from the others, checked and written anew" : "[red]It was not healed.[/]",
        ]);
    }

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
