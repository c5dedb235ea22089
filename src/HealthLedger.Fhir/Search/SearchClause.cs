namespace HealthLedger.Fhir.Search;

/// <summary>One parameter of a query with its values; matches when any value does.</summary>
internal abstract class SearchClause(string parameter)
{
    /// <summary>The parameter's name.</summary>
    protected string Parameter { get; } = parameter;

    /// <summary>True when the record fits.</summary>
    public abstract bool Matches(IndexRecord record);

    /// <summary><c>patient</c> and <c>subject</c> are two names of one reference.</summary>
    public static bool SameReference(string indexed, string asked) =>
        indexed == asked || (asked is "patient" or "subject" && indexed is "patient" or "subject");
}

/// <summary><c>_id</c>.</summary>
internal sealed class IdClause(HashSet<string> ids) : SearchClause("_id")
{
    public override bool Matches(IndexRecord record) => ids.Contains(record.Id);
}

/// <summary><c>:missing</c>.</summary>
internal sealed class MissingClause(string parameter, bool missing) : SearchClause(parameter)
{
    public override bool Matches(IndexRecord record)
    {
        bool present = record.Tokens.Any(t => t.Parameter == Parameter) || record.Dates.Any(d => d.Parameter == Parameter)
            || record.Texts.Any(t => t.Parameter == Parameter)
            || record.References.Any(r => SameReference(r.Parameter, Parameter));
        return present != missing;
    }
}

/// <summary>Tokens: <c>code</c>, <c>|code</c> (no system), <c>system|code</c>, <c>system|</c>; <c>:not</c> turns it round.</summary>
internal sealed class TokenClause(string parameter, (string? System, string? Code)[] wanted, bool negated)
    : SearchClause(parameter)
{
    public override bool Matches(IndexRecord record)
    {
        for (int i = 0; i < record.Tokens.Count; i++)
        {
            IndexToken token = record.Tokens[i];
            if (token.Parameter != Parameter) continue;
            foreach ((string? system, string? code) in wanted)
                if ((system is null || token.System == system) && (code is null || token.Code == code)) return !negated;
        }
        return negated;
    }
}

/// <summary>Comparison prefixes of dates [R4, Search §3.1.1.4.5].</summary>
internal enum DatePrefix
{
    /// <summary>The value's span contains the record's.</summary>
    Eq,

    /// <summary>It does not.</summary>
    Ne,

    /// <summary>The record's span reaches past the value's.</summary>
    Gt,

    /// <summary>The record's span starts before the value's.</summary>
    Lt,

    /// <summary>Past it, or within it.</summary>
    Ge,

    /// <summary>Before it, or within it.</summary>
    Le,

    /// <summary>The record's span starts after the value's ended.</summary>
    Sa,

    /// <summary>The record's span ended before the value's starts.</summary>
    Eb,

    /// <summary>The spans overlap; without a clock there is no "about".</summary>
    Ap,
}

/// <summary>A date to compare with, in Unix milliseconds.</summary>
internal readonly record struct DateValue(DatePrefix Prefix, long From, long Until)
{
    /// <summary>True when a record's span fits.</summary>
    public bool Fits(long from, long until) => Prefix switch
    {
        DatePrefix.Eq => from >= From && until <= Until,
        DatePrefix.Ne => from < From || until > Until,
        DatePrefix.Gt => until > Until,
        DatePrefix.Lt => from < From,
        DatePrefix.Ge => until > Until || (from >= From && until <= Until),
        DatePrefix.Le => from < From || (from >= From && until <= Until),
        DatePrefix.Sa => from >= Until,
        DatePrefix.Eb => until <= From,
        _ => from < Until && until > From,
    };
}

/// <summary>Dates, and <c>_lastUpdated</c>.</summary>
internal sealed class DateClause(string parameter, DateValue[] wanted) : SearchClause(parameter)
{
    public override bool Matches(IndexRecord record)
    {
        if (Parameter == "_lastUpdated") return record.LastUpdated != 0 && Any(record.LastUpdated, record.LastUpdated + 1);
        for (int i = 0; i < record.Dates.Count; i++)
        {
            IndexDate date = record.Dates[i];
            if (date.Parameter == Parameter && Any(date.From, date.Until)) return true;
        }
        return false;
    }

    private bool Any(long from, long until)
    {
        foreach (DateValue value in wanted)
            if (value.Fits(from, until)) return true;
        return false;
    }
}

/// <summary>References: <c>Type/id</c>, or an id of any type. <c>patient</c> also finds what belongs to the patient otherwise.</summary>
internal sealed class ReferenceClause(string parameter, (string? Type, string Id)[] wanted) : SearchClause(parameter)
{
    public override bool Matches(IndexRecord record)
    {
        for (int i = 0; i < record.References.Count; i++)
        {
            IndexText reference = record.References[i];
            if (SameReference(reference.Parameter, Parameter) && Any(reference.Value)) return true;
        }
        return Parameter == "patient" && record.Patient.Length > 0 && Owned(record.Patient);
    }

    private bool Owned(string patient)
    {
        foreach ((string? type, string id) in wanted)
            if (type is "Patient" && id == patient) return true;
        return false;
    }

    private bool Any(string reference)
    {
        int slash = reference.IndexOf('/');
        foreach ((string? type, string id) in wanted)
            if (reference.AsSpan(slash + 1).SequenceEqual(id) && (type is null || reference.AsSpan(0, slash).SequenceEqual(type)))
                return true;
        return false;
    }
}

/// <summary>Text: starts with (the default), <c>:contains</c>, <c>:exact</c> (after folding: the index keeps no other form).</summary>
internal sealed class TextClause(string parameter, string[] wanted, string modifier) : SearchClause(parameter)
{
    public override bool Matches(IndexRecord record)
    {
        for (int i = 0; i < record.Texts.Count; i++)
        {
            IndexText text = record.Texts[i];
            if (text.Parameter == Parameter && Any(text.Value)) return true;
        }
        return false;
    }

    private bool Any(string text)
    {
        foreach (string value in wanted)
        {
            bool fits = modifier switch
            {
                "exact" => text == value,
                "contains" => text.Contains(value, StringComparison.Ordinal),
                _ => text.StartsWith(value, StringComparison.Ordinal),
            };
            if (fits) return true;
        }
        return false;
    }
}
