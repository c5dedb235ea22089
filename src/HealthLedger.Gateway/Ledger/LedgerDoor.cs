using System.Globalization;
using System.Text;
using HealthLedger.Actors.Nodes;
using HealthLedger.Gateway.Bodies;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Merkle;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HealthLedger.Gateway.Ledger;

/// <summary>
/// <c>/ledger</c>: the ledger itself, for the SDK, wallets and auditors. Bodies are CBOR; what is public (genesis, configurations, checkpoint, tiles of the directory's
/// tree, receipts by an id that cannot be guessed) needs no authentication, every question about a patient is a signed query.
/// </summary>
public sealed class LedgerDoor(INode node)
{
    private const string Cbor = "application/cbor", ForEver = "public, max-age=31536000, immutable";

    /// <summary>Maps the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder ledger = routes.MapGroup("/ledger");
        ledger.MapGet("/genesis", (HttpContext http) => Write(http, Result<ReadOnlyMemory<byte>>.Ok(node.Genesis.Bytes), Cbor, ForEver));
        ledger.MapPost("/submissions", SubmitAsync);
        ledger.MapGet("/submissions/{shard:int}/{id}", FindAsync);
        ledger.MapPost("/queries", QueryAsync);
        ledger.MapGet("/receipts/{id}/{index:int}", ReceiptAsync);
        ledger.MapGet("/statements/{id}", StatementAsync);
        ledger.MapGet("/checkpoint", CheckpointAsync);
        ledger.MapGet("/configurations", ConfigurationsAsync);
        ledger.MapGet("/configurations/proposals", async (HttpContext http) => await Write(http, await node.ProposalsAsync(http.RequestAborted), Cbor));
        ledger.MapGet("/tile/{**path}", TileAsync);
    }

    private async Task SubmitAsync(HttpContext http)
    {
        Result<ReadOnlyMemory<byte>> body = await RequestBody.ReadAsync(http.Request, ExchangeLimits.EnvelopeBytesMax);
        if (!body.TryGet(out ReadOnlyMemory<byte> bytes, out Fault fault) || !SubmissionEnvelope.Decode(bytes).TryGet(out SubmissionEnvelope? envelope, out fault))
        {
            await FaultBody.WriteAsync(http, fault);
            return;
        }
        Result<CommittedStatement> answer = await node.SubmitAsync(envelope, http.RequestAborted);
        if (answer.TryGet(out CommittedStatement? committed, out fault))
        {
            http.Response.StatusCode = StatusCodes.Status201Created;
            http.Response.Headers.Location = string.Create(CultureInfo.InvariantCulture, $"/ledger/submissions/{committed.Shard}/{committed.StatementId}");
            await Write(http, Result<ReadOnlyMemory<byte>>.Ok(committed.Encode()), Cbor);
        }
        else await FaultBody.WriteAsync(http, fault);
    }

    private async Task FindAsync(HttpContext http, int shard, string id)
    {
        if (!Hash32.TryParse(id, out Hash32 statementId)) await FaultBody.WriteAsync(http, NoSuch("statement"));
        else if (!(await node.FindAsync(shard, statementId, http.RequestAborted)).TryGet(out CommittedStatement? found, out Fault fault)) await FaultBody.WriteAsync(http, fault);
        else if (found is null) await FaultBody.WriteAsync(http, NoSuch("statement"));
        else await Write(http, Result<ReadOnlyMemory<byte>>.Ok(found.Encode()), Cbor);
    }

    private async Task QueryAsync(HttpContext http)
    {
        Result<ReadOnlyMemory<byte>> body = await RequestBody.ReadAsync(http.Request, ExchangeLimits.QueryBytesMax);
        await Write(http, body.TryGet(out ReadOnlyMemory<byte> bytes, out Fault fault) ? await node.QueryAsync(bytes, http.RequestAborted) : fault, Cbor);
    }

    private async Task ReceiptAsync(HttpContext http, string id, int index, int? shard)
    {
        if (!Hash32.TryParse(id, out Hash32 statementId) || (shard ?? await ShardOfAsync(statementId, http.RequestAborted)) is not { } known) await FaultBody.WriteAsync(http, NoSuch("statement"));
        else await Write(http, await node.ReceiptAsync(known, statementId, index, http.RequestAborted), Cbor);
    }

    private async Task StatementAsync(HttpContext http, string id, int? shard)
    {
        if (!Hash32.TryParse(id, out Hash32 statementId) || (shard ?? await ShardOfAsync(statementId, http.RequestAborted)) is not { } known) await FaultBody.WriteAsync(http, NoSuch("statement"));
        else await Write(http, await node.TransparentStatementAsync(known, statementId, http.RequestAborted), "application/cose; cose-type=\"cose-sign1\"");
    }

    // A link without a shard still works: the statement is looked for in each.
    private async Task<int?> ShardOfAsync(Hash32 statementId, CancellationToken cancel)
    {
        for (int shard = 0; shard <= node.Genesis.Shards; shard++)
            if ((await node.FindAsync(shard, statementId, cancel)).TryGet(out CommittedStatement? found, out _) && found is not null) return shard;
        return null;
    }

    private async Task CheckpointAsync(HttpContext http)
    {
        Result<string> note = await node.CheckpointAsync(http.RequestAborted);
        await Write(http, note.TryGet(out string? text, out Fault fault) ? (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(text) : fault, "text/plain; charset=utf-8");
    }

    private async Task ConfigurationsAsync(HttpContext http, string? after)
    {
        int number = 0;
        if (after is not null && !int.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out number))
            await FaultBody.WriteAsync(http, new Fault(FaultCode.RequestUnfit, "after is the number of a configuration."));
        else await Write(http, await node.ConfigurationsAsync(number, http.RequestAborted), Cbor);
    }

    private async Task TileAsync(HttpContext http, string path)
    {
        Result<ReadOnlyMemory<byte>> answer = Tile.TryParseEntriesPath($"tile/{path}", out Tile entries) ? await node.EntriesAsync(entries, http.RequestAborted)
            : Tile.TryParsePath($"tile/{path}", out Tile tile) ? await node.TileAsync(tile, http.RequestAborted)
            : NoSuch("tile");
        await Write(http, answer, "application/octet-stream", ForEver);
    }

    private static Fault NoSuch(string what) => new(FaultCode.NotFound, $"There is no such {what}.");

    private static async Task Write(HttpContext http, Result<ReadOnlyMemory<byte>> answer, string contentType, string caching = "no-store")
    {
        if (!answer.TryGet(out ReadOnlyMemory<byte> bytes, out Fault fault))
        {
            await FaultBody.WriteAsync(http, fault);
            return;
        }
        http.Response.ContentType = contentType;
        http.Response.ContentLength = bytes.Length;
        http.Response.Headers.CacheControl = caching;
        http.Response.Headers.XContentTypeOptions = "nosniff";
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }
}
