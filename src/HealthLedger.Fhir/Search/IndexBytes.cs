using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace HealthLedger.Fhir.Search;

/// <summary>
/// The bytes of an index record: a version byte, then fields in order; numbers as variable-length integers, strings as
/// length and UTF-8. Common strings (parameter names, code systems, types) are one number from a list that only grows.
/// </summary>
/// <remarks>
/// <code>
/// record  = 0x01 type id patient lastUpdated tokens dates references texts
/// string  = varint: 2*n, then n bytes of UTF-8  |  varint: 2*index+1 of the common list
/// number  = varint of the zigzag integer
/// tokens  = varint count, (parameter system code)*     dates = varint count, (parameter from until-from | until)*
/// </code>
/// </remarks>
public static class IndexBytes
{
    private const byte Version = 1;
    private const int CountMax = 4096;
    private const int StringBytesMax = 4096;

    /// <summary>Longest string of a record, in characters; the index leaves longer codes out.</summary>
    internal const int StringCharsMax = StringBytesMax / 4;

    private static readonly string[] Common = (
        "- code category date status clinical-status verification-status type encounter identifier name family given " +
        "birthdate gender intent authoredon class onset-date recorded-date abatement-date issued vaccine-code lifecycle-status " +
        "patient subject performer requester medication location period reason-code target agent recorded result based-on " +
        "part-of specimen participant service-provider organization practitioner context author created outcome " +
        "http://loinc.org http://snomed.info/sct http://www.nlm.nih.gov/research/umls/rxnorm http://hl7.org/fhir/sid/icd-10 " +
        "http://hl7.org/fhir/sid/icd-10-cm http://hl7.org/fhir/sid/cvx http://hl7.org/fhir/sid/ndc " +
        "http://terminology.hl7.org/CodeSystem/observation-category http://terminology.hl7.org/CodeSystem/v3-ActCode " +
        "http://terminology.hl7.org/CodeSystem/condition-clinical http://terminology.hl7.org/CodeSystem/condition-ver-status " +
        "http://terminology.hl7.org/CodeSystem/condition-category http://terminology.hl7.org/CodeSystem/v2-0074 " +
        "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical " +
        "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification " +
        "Patient Observation Condition Encounter Procedure Immunization MedicationRequest DiagnosticReport Claim " +
        "ExplanationOfBenefit CarePlan CareTeam AllergyIntolerance DocumentReference Provenance " +
        "laboratory vital-signs survey social-history procedure exam imaging encounter-diagnosis problem-list-item " +
        "final active inactive completed finished resolved confirmed order stopped AMB EMER IMP").Split(' ');

    private static readonly Dictionary<string, int> CommonIndex =
        Common.Select((text, index) => (text, index)).ToDictionary(p => p.text, p => p.index, StringComparer.Ordinal);

    /// <summary>The record's bytes, 100 to 400 for most resources.</summary>
    public static byte[] ToBytes(IndexRecord record)
    {
        ArrayBufferWriter<byte> output = new(256);
        output.Write([Version]);
        Put(output, record.Type);
        Put(output, record.Id);
        Put(output, record.Patient);
        PutSigned(output, record.LastUpdated);
        PutNumber(output, (ulong)record.Tokens.Count);
        foreach (IndexToken token in record.Tokens)
        {
            Put(output, token.Parameter);
            Put(output, token.System);
            Put(output, token.Code);
        }
        PutNumber(output, (ulong)record.Dates.Count);
        foreach (IndexDate date in record.Dates)
        {
            Put(output, date.Parameter);
            PutSigned(output, date.From);
            PutSigned(output, date.Until);
        }
        PutTexts(output, record.References);
        PutTexts(output, record.Texts);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The record of these bytes; false when they are not one (altered, cut, or of a later version).</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out IndexRecord? record)
    {
        record = null;
        Reader reader = new(bytes);
        if (reader.Byte() != Version) return false;
        IndexRecord read = new()
        {
            Type = reader.Text(),
            Id = reader.Text(),
            Patient = reader.Text(),
            LastUpdated = reader.Signed(),
            Tokens = reader.Tokens(),
            Dates = reader.Dates(),
            References = reader.Texts(),
            Texts = reader.Texts(),
        };
        if (!reader.AtEnd) return false;
        record = read;
        return true;
    }

    private static void PutTexts(IBufferWriter<byte> output, IReadOnlyList<IndexText> texts)
    {
        PutNumber(output, (ulong)texts.Count);
        foreach (IndexText text in texts)
        {
            Put(output, text.Parameter);
            Put(output, text.Value);
        }
    }

    private static void Put(IBufferWriter<byte> output, string text)
    {
        if (CommonIndex.TryGetValue(text, out int index))
        {
            PutNumber(output, 2 * (ulong)index + 1);
            return;
        }
        if (text.Length > StringCharsMax) text = text[..StringCharsMax];
        int length = Encoding.UTF8.GetByteCount(text);
        PutNumber(output, 2 * (ulong)length);
        Encoding.UTF8.GetBytes(text, output);
    }

    private static void PutSigned(IBufferWriter<byte> output, long value) =>
        PutNumber(output, (ulong)((value << 1) ^ (value >> 63)));

    private static void PutNumber(IBufferWriter<byte> output, ulong value)
    {
        Span<byte> span = output.GetSpan(10);
        int count = 0;
        for (; value >= 0x80; value >>= 7) span[count++] = (byte)(value | 0x80);
        span[count++] = (byte)value;
        output.Advance(count);
    }

    /// <summary>Reads forward; the first fault makes everything after it empty and <see cref="AtEnd"/> false.</summary>
    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> rest = bytes;
        private bool failed = false;

        public readonly bool AtEnd => !failed && rest.IsEmpty;

        public byte Byte()
        {
            if (failed || rest.IsEmpty) return (byte)Fail();
            byte value = rest[0];
            rest = rest[1..];
            return value;
        }

        public ulong Number()
        {
            ulong value = 0;
            for (int shift = 0; shift < 64; shift += 7)
            {
                byte part = Byte();
                value |= (ulong)(part & 0x7F) << shift;
                if (part < 0x80) return value;
            }
            return Fail();
        }

        public long Signed()
        {
            ulong value = Number();
            return (long)(value >> 1) ^ -(long)(value & 1);
        }

        public string Text()
        {
            ulong head = Number();
            if ((head & 1) == 1) return head / 2 < (ulong)Common.Length ? Common[head / 2] : FailText();
            ulong length = head / 2;
            if (failed || length > (ulong)rest.Length || length > StringBytesMax) return FailText();
            ReadOnlySpan<byte> utf8 = rest[..(int)length];
            rest = rest[(int)length..];
            return Utf8.IsValid(utf8) ? Json.CommonTexts.Get(utf8) : FailText();
        }

        public List<IndexToken> Tokens()
        {
            int count = Count();
            List<IndexToken> list = new(count);
            for (int i = 0; i < count && !failed; i++) list.Add(new IndexToken(Text(), Text(), Text()));
            return list;
        }

        public List<IndexDate> Dates()
        {
            int count = Count();
            List<IndexDate> list = new(count);
            for (int i = 0; i < count && !failed; i++) list.Add(new IndexDate(Text(), Signed(), Signed()));
            return list;
        }

        public List<IndexText> Texts()
        {
            int count = Count();
            List<IndexText> list = new(count);
            for (int i = 0; i < count && !failed; i++) list.Add(new IndexText(Text(), Text()));
            return list;
        }

        private int Count()
        {
            ulong count = Number();
            return count <= CountMax && count <= (ulong)rest.Length ? (int)count : (int)Fail();
        }

        private ulong Fail()
        {
            failed = true;
            return 0;
        }

        private string FailText()
        {
            Fail();
            return "";
        }
    }
}
