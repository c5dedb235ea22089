using System.Text.Json;
using HealthLedger.Gateway.Tests.World;

namespace HealthLedger.Gateway.Tests.Health;

public sealed class HealthDoorTests(GatewayWorld world) : IClassFixture<GatewayWorld>
{
    [Fact]
    public async Task A_node_that_is_not_ready_lives_and_says_so()
    {
        (await world.Http.GetStringAsync("/health/live")).Should().Be("live\n");
        (await StatusAsync()).Should().Be((200, true));
        world.Node.Ready = false;
        (await StatusAsync()).Should().Be((503, false));
        world.Node.Ready = true;
    }

    private async Task<(int Status, bool Ready)> StatusAsync()
    {
        using HttpResponseMessage answer = await world.Http.GetAsync("/health/ready");
        return ((int)answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("ready").GetBoolean());
    }
}
