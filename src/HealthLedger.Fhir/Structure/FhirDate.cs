namespace HealthLedger.Fhir.Structure;

/// <summary>
/// Dates and times as FHIR writes them, and the span of time that one means: <c>2019-03</c> is all of March. Partial
/// dates have no zone; they are taken as UTC.
/// </summary>
public static class FhirDate
{
    /// <summary>YYYY, YYYY-MM or YYYY-MM-DD, a day that exists.</summary>
    public static bool IsDate(ReadOnlySpan<char> text) => text.Length is 4 or 7 or 10 && TryParse(text, out _, out _);

    /// <summary>A date, or a date and time with seconds and zone.</summary>
    public static bool IsDateTime(ReadOnlySpan<char> text) =>
        text.Length is 4 or 7 or 10 ? IsDate(text) : IsInstant(text);

    /// <summary>A date and time with seconds and zone.</summary>
    public static bool IsInstant(ReadOnlySpan<char> text) =>
        text.Length >= 20 && text[^1] is 'Z' or (>= '0' and <= '9') && HasZone(text) && TryParse(text, out _, out _);

    /// <summary>hh:mm:ss with an optional fraction.</summary>
    public static bool IsTime(ReadOnlySpan<char> text) => Clock(text, out _, out int length) && length == text.Length;

    /// <summary>
    /// The first moment of the span and the first after it. Takes what a search may give too: minutes without seconds, and
    /// no zone (then UTC). False when it is not a date.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset from, out DateTimeOffset until)
    {
        from = until = default;
        if (!Digits(text, 0, 4, out int year) || year < 1) return false;
        if (text.Length == 4) return Make(year, 1, 1, TimeSpan.FromDays(DaysIn(year)), out from, out until);
        if (text.Length < 7 || text[4] != '-' || !Digits(text, 5, 2, out int month) || month is < 1 or > 12) return false;
        int days = System.DateTime.DaysInMonth(year, month);
        if (text.Length == 7) return Make(year, month, 1, TimeSpan.FromDays(days), out from, out until);
        if (text.Length < 10 || text[7] != '-' || !Digits(text, 8, 2, out int day) || day < 1 || day > days) return false;
        if (text.Length == 10) return Make(year, month, day, TimeSpan.FromDays(1), out from, out until);
        return text[10] == 'T' && TryParseTime(year, month, day, text[11..], out from, out until);
    }

    private static bool TryParseTime(
        int year, int month, int day, ReadOnlySpan<char> text, out DateTimeOffset from, out DateTimeOffset until)
    {
        from = until = default;
        TimeSpan width;
        if (Clock(text, out TimeSpan time, out int length))
        {
            width = length <= 9 ? TimeSpan.FromSeconds(1)
                : TimeSpan.FromTicks((long)Math.Max(1, 10_000_000 / Math.Pow(10, Math.Min(length - 9, 7))));
        }
        else
        {
            if (text.Length < 5 || text[2] != ':' || !Digits(text, 0, 2, out int hour) || !Digits(text, 3, 2, out int minute)
                || hour > 23 || minute > 59) return false;
            (time, width, length) = (new TimeSpan(hour, minute, 0), TimeSpan.FromMinutes(1), 5);
        }
        if (!Zone(text[length..], out TimeSpan offset)) return false;
        System.DateTime local = new(year, month, day, 0, 0, 0, DateTimeKind.Unspecified);
        long ticks = local.Ticks + time.Ticks - offset.Ticks;
        if (ticks < 0 || ticks + width.Ticks > System.DateTime.MaxValue.Ticks) return false;
        from = new DateTimeOffset(ticks, TimeSpan.Zero);
        until = from + width;
        return true;
    }

    private static bool Clock(ReadOnlySpan<char> text, out TimeSpan time, out int length)
    {
        (time, length) = (default, 0);
        if (text.Length < 8 || text[2] != ':' || text[5] != ':' || !Digits(text, 0, 2, out int hour)
            || !Digits(text, 3, 2, out int minute) || !Digits(text, 6, 2, out int second)
            || hour > 23 || minute > 59 || second > 60) return false;
        time = new TimeSpan(hour, minute, second);
        length = 8;
        if (text.Length == 8 || text[8] != '.') return true;
        long unit = TimeSpan.TicksPerSecond;
        int at = 9;
        for (; at < text.Length && char.IsAsciiDigit(text[at]); at++)
        {
            unit /= 10;
            time += TimeSpan.FromTicks(unit * (text[at] - '0'));
        }
        length = at;
        return at is > 9 and <= 9 + 20;
    }

    private static bool Zone(ReadOnlySpan<char> text, out TimeSpan offset)
    {
        offset = default;
        if (text.Length == 0 || text is "Z") return true;
        if (text.Length != 6 || text[0] is not ('+' or '-') || text[3] != ':'
            || !Digits(text, 1, 2, out int hours) || !Digits(text, 4, 2, out int minutes)
            || minutes > 59 || hours > 14 || (hours == 14 && minutes > 0)) return false;
        offset = new TimeSpan(hours, minutes, 0);
        if (text[0] == '-') offset = -offset;
        return true;
    }

    private static bool HasZone(ReadOnlySpan<char> text) =>
        text[19] is '.' or 'Z' or '+' or '-' && (text[^1] == 'Z' || (text.Length >= 25 && text[^6] is '+' or '-'));

    private static bool Make(int year, int month, int day, TimeSpan width, out DateTimeOffset from, out DateTimeOffset until)
    {
        from = new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero);
        until = DateTimeOffset.MaxValue - from > width ? from + width : DateTimeOffset.MaxValue;
        return true;
    }

    private static int DaysIn(int year) => System.DateTime.IsLeapYear(year) ? 366 : 365;

    private static bool Digits(ReadOnlySpan<char> text, int start, int count, out int value)
    {
        value = 0;
        if (start + count > text.Length) return false;
        for (int i = start; i < start + count; i++)
        {
            if (!char.IsAsciiDigit(text[i])) return false;
            value = value * 10 + (text[i] - '0');
        }
        return true;
    }
}
