using HealthLedger.Client.Records;
using HealthLedger.Cluster.Tests.World;
using HealthLedger.Protocol.Blocks;
using HealthLedger.Protocol.Did;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Exchange;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Notes;
using HealthLedger.Protocol.Objects;
using HealthLedger.Protocol.Receipts;
using HealthLedger.Protocol.Statements;
using HealthLedger.TestMaterial;
using HealthLedger.Validator.Sharding;

namespace HealthLedger.Cluster.Tests.Hostile;

/// <summary>Everything that decodes bytes from outside answers with a fault of the one table: never an exception, never the bytes.</summary>
public sealed class DecoderTests(ITestOutputHelper output)
{
    private static readonly (string Name, Func<ReadOnlyMemory<byte>, Fault?> Decode)[] Decoders =
    [
        ("submission", bytes => FaultOf(Submission.Decode(bytes))),
        ("statement", bytes => FaultOf(Statement.Decode(bytes))),
        ("event", bytes => FaultOf(Event.Decode(bytes))),
        ("outcome", bytes => FaultOf(Outcome.Decode(bytes.Span))),
        ("genesis", bytes => FaultOf(GenesisFile.Decode(bytes))),
        ("receipt", bytes => FaultOf(Receipt.Decode(bytes))),
        ("block", bytes => FaultOf(Block.Decode(bytes))),
        ("stored block", bytes => FaultOf(Block.DecodeStored(bytes))),
        ("block record", bytes => FaultOf(BlockRecord.Decode(bytes))),
        ("header", bytes => FaultOf(BlockHeader.Decode(bytes.Span))),
        ("envelope", bytes => FaultOf(SubmissionEnvelope.Decode(bytes))),
        ("committed statement", bytes => FaultOf(CommittedStatement.Decode(bytes))),
        ("query", bytes => FaultOf(SignedQuery.Decode(bytes))),
        ("fault", bytes => FaultOf(FaultAnswer.Decode(bytes))),
        ("head", bytes => FaultOf(PatientHead.Decode(bytes))),
        ("release", bytes => FaultOf(ReleasePage.Decode(bytes))),
        ("log", bytes => FaultOf(LogPage.Decode(bytes))),
        ("grants", bytes => FaultOf(GrantsAnswer.Decode(bytes))),
        ("record keys", bytes => FaultOf(RecordKeysAnswer.Decode(bytes))),
        ("resources", bytes => FaultOf(ResourcesAnswer.Decode(bytes))),
        ("vault object", bytes => FaultOf(VaultObject.Check(bytes.Span))),
        ("sealed object", bytes => FaultOf(SealedObject.Decode(bytes))),
        ("signed note", bytes => FaultOf(SignedNote.Parse(bytes.Span))),
        ("grant", bytes => FaultOf(GrantBody.Decode(bytes.Span))),
        ("access", bytes => FaultOf(AccessBody.Decode(bytes.Span))),
        ("record", bytes => FaultOf(RecordBody.Decode(bytes.Span, amend: false))),
    ];

    [Fact]
    public void Every_hostile_file_is_refused_by_every_decoder_with_a_code()
    {
        string folder = SharedData.Require("malicious");
        int refused = 0;
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            byte[] bytes = File.ReadAllBytes(file);
            foreach ((string name, Func<ReadOnlyMemory<byte>, Fault?> decode) in Decoders)
            {
                Fault? fault = decode(bytes);
                fault.Should().NotBeNull($"{Path.GetFileName(file)} is no {name}");
                AssertClear(fault!.Value, bytes, $"{Path.GetFileName(file)} as {name}");
                refused++;
            }
        }
        refused.Should().BeGreaterThan(5_000);
        output.WriteLine($"{refused} refusals");
    }

    [Fact]
    public async Task Real_bytes_with_a_change_are_refused_or_read_but_never_thrown_at()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        Seat hospital = await cluster.SeatAsync(0, cluster.Hospital);
        LedgerDid patient = await hospital.PatientAsync("4711");
        DepositedRecord record = (await hospital.DepositAsync(patient, 0, 3))[0];
        byte[] receipt = TestCluster.Good(await hospital.Client.Connection.ReceiptAsync(record.Shard, record.StatementId!.Value, record.Index)).ToArray();
        byte[] block = cluster.Network.Member(0)!.Replica.RecordOfLeaf(record.Shard, record.Leaf)!.Bytes.ToArray();
        Random random = new(7);
        int refused = 0, tried = 0;
        foreach (byte[] sound in new[] { receipt, block, cluster.Network.Genesis.Bytes.ToArray() })
        {
            for (int i = 0; i < 1_500; i++)
            {
                byte[] changed = Change(sound, random);
                foreach ((_, Func<ReadOnlyMemory<byte>, Fault?> decode) in Decoders)
                {
                    tried++;
                    if (decode(changed) is not { } fault) continue;
                    refused++;
                    FaultTable.Row(fault.Code).Sentence.Should().NotBeEmpty();
                }
            }
        }
        output.WriteLine($"{refused} of {tried} refused");
    }

    private static byte[] Change(byte[] sound, Random random)
    {
        byte[] changed = [.. sound];
        switch (random.Next(4))
        {
            case 0: return changed[..random.Next(changed.Length)];
            case 1: return [.. changed, .. changed[..random.Next(64)]];
            case 2: changed[random.Next(changed.Length)] = (byte)random.Next(256); break;
            default: random.NextBytes(changed.AsSpan(random.Next(changed.Length - 9), 8)); break;
        }
        return changed;
    }

    private static void AssertClear(Fault fault, byte[] bytes, string what)
    {
        Enum.IsDefined(fault.Code).Should().BeTrue(what);
        FaultTable.Row(fault.Code).HttpStatus.Should().BeInRange(400, 499, what);
        fault.Message.Should().NotBeNullOrWhiteSpace(what).And.NotContain("Exception", what);
        fault.Message.Length.Should().BeLessThan(400, what);
        if (bytes.Length > 24) fault.Message.Should().NotContain(System.Text.Encoding.UTF8.GetString(bytes), what);
    }

    private static Fault? FaultOf<T>(Result<T> result) => result.IsOk ? null : result.Fault;
}
