using FsCheck;
using FsCheck.Fluent;
using HealthLedger.Fhir.Search;

namespace HealthLedger.Fhir.Tests.Search;

public class IndexBytesTests
{
    private static readonly IndexRecord Record = new()
    {
        Type = "Observation",
        Id = "o-1",
        Patient = "p-1",
        LastUpdated = 1_700_000_000_123,
        Tokens = [new("code", "http://loinc.org", "4548-4"), new("status", "", "final")],
        Dates = [new("date", -62135596800000, long.MaxValue)],
        References = [new("subject", "Patient/p-1")],
        Texts = [new("name", "josé")],
    };

    [Fact]
    public void A_record_comes_back_equal()
    {
        IndexBytes.TryRead(IndexBytes.ToBytes(Record), out IndexRecord? read).Should().BeTrue();
        read.Should().BeEquivalentTo(Record);
    }

    [Fact]
    public void Common_words_cost_one_or_two_bytes() => IndexBytes.ToBytes(Record).Length.Should().BeLessThan(90);

    [Fact]
    public void Cut_or_extended_bytes_are_refused()
    {
        byte[] bytes = IndexBytes.ToBytes(Record);
        for (int length = 0; length < bytes.Length; length++) IndexBytes.TryRead(bytes.AsSpan(0, length), out _).Should().BeFalse();
        IndexBytes.TryRead([.. bytes, 0], out _).Should().BeFalse();
    }

    [Fact]
    public void Any_bytes_give_a_record_or_false() =>
        Prop.ForAll(ArbMap.Default.GeneratorFor<byte[]>().ToArbitrary(), bytes =>
        {
            byte[] input = [1, .. bytes ?? []];
            return !IndexBytes.TryRead(input, out IndexRecord? read) || read is not null;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_count_that_the_bytes_cannot_hold_allocates_nothing() =>
        IndexBytes.TryRead([1, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x07], out _).Should().BeFalse();
}
