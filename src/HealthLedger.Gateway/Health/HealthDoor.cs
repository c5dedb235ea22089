using HealthLedger.Actors.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HealthLedger.Gateway.Health;

/// <summary><c>/health/live</c> answers while the process does; <c>/health/ready</c> says whether it can be sent work, and what an operator should know.</summary>
public sealed class HealthDoor(INode node)
{
    /// <summary>Maps the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => Results.Text("live\n"));
        routes.MapGet("/health/ready", () =>
        {
            NodeHealth health = node.Health();
            return Results.Json(health, statusCode: health.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });
    }
}
