using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Statements;

namespace HealthLedger.Validator.Tests.Network;

public sealed class CommitTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_signed_statement_is_committed_and_found_again(int members)
    {
        await using TestNetwork test = await TestNetwork.StartAsync(members);
        Submission submission = test.NewPatients(test.Network.Organizations[0], shard: 1);

        Result<CommittedStatement> committed = await test.SubmitAsync(members - 1, submission);

        committed.Fault.Code.Should().Be(FaultCode.None);
        committed.Value.StatementId.Should().Be(submission.Statement.Id);
        Outcome.Decode(committed.Value.Outcomes[0].Span).Value.Kind.Should().Be(OutcomeKind.Applied);
        test.Network.Member(members - 1)!.Shard(1).Find(submission.Statement.Id)!.StatementLeaf.Should().Be(committed.Value.StatementLeaf);
        (await test.SubmitAsync(members - 1, submission)).Value.StatementLeaf.Should().Be(committed.Value.StatementLeaf, "the same id again returns the first answer");
    }
}
