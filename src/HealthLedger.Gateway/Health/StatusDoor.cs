using HealthLedger.Actors.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HealthLedger.Gateway.Health;

/// <summary><c>/ledger/status</c>: what an operator sees of the node, as JSON. It is public as the genesis is: names of members, heights, queues; nothing of a patient.</summary>
public sealed class StatusDoor(Func<NodeStatus> status)
{
    /// <summary>Maps the route.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/ledger/status", (HttpContext http) =>
    {
        http.Response.Headers.CacheControl = "no-store";
        return Results.Json(status());
    });
}
