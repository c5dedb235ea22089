using HealthLedger.Client.Verify;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Receipts;

namespace HealthLedger.Node.Demo.Steps;

/// <summary>A receipt is checked offline, and a forged one is refused.</summary>
internal sealed class ReceiptStep : IStep
{
    /// <inheritdoc/>
    public string Title => "A receipt is taken away and checked with nothing but the genesis file; a forged one is refused";

    /// <inheritdoc/>
    public async Task<StepResult> RunAsync(DemoWorld world, CancellationToken cancel)
    {
        byte[] receipt = await world.Http.GetByteArrayAsync(world.ReceiptLink, cancel);
        string path = Path.Combine(world.Folder, "access.receipt");
        await File.WriteAllBytesAsync(path, receipt, cancel);
        OfflineVerifier verifier = new(world.Ledger.Network.Genesis);
        if (!verifier.VerifyReceipt(receipt).TryGet(out ReceiptFacts? facts, out Fault fault)) return StepResult.Bad($"The receipt was refused: {fault}");
        byte[] forged = [.. receipt];
        forged[forged.Length / 2] ^= 1;
        Result<ReceiptFacts> lie = verifier.VerifyReceipt(forged);
        return new StepResult(!lie.IsOk,
        [
            $"[green]✓[/] {receipt.Length} bytes prove: shard {facts.Shard}, block {facts.Height}, {facts.Outcome.Kind.ToString().ToLowerInvariant()}, voted by members {string.Join(", ", facts.Voters)}",
            lie.IsOk ? "[red]A forged receipt passed.[/]" : $"[green]✓[/] one flipped bit: {Spectre.Console.Markup.Escape(lie.Fault.ToString())}",
            $"[grey]{path}[/]",
        ]);
    }
}
