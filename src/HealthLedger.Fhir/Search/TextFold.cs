using System.Globalization;
using System.Text;

namespace HealthLedger.Fhir.Search;

/// <summary>
/// Text as searches compare it. With a table of its own, since Unicode normalization needs culture data that a build with
/// invariant globalization does not have: the same answer on every machine.
/// </summary>
internal static class TextFold
{
    private const int CharsMax = 128;
    private const char FirstAccented = '\u00C0';

    /// <summary>Base letters, in lower case, of U+00C0 to U+017F.</summary>
    private const string BaseLetters =
        "aaaaaaaceeeeiiiidnooooo×ouuuuytsaaaaaaaceeeeiiiidnooooo÷ouuuuyty" +
        "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll" +
        "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

    /// <summary>Lower case, Latin letters without accents, no combining marks, white space as one space; at most 128 characters.</summary>
    public static string Fold(string text)
    {
        StringBuilder folded = new(Math.Min(text.Length, CharsMax));
        bool space = false;
        foreach (char c in text)
        {
            if (char.IsWhiteSpace(c))
            {
                space = folded.Length > 0;
                continue;
            }
            if (c > 0x17F && char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark) continue;
            if (folded.Length + (space ? 2 : 1) > CharsMax) break;
            if (space) folded.Append(' ');
            space = false;
            folded.Append(c < FirstAccented ? char.ToLowerInvariant(c)
                : c - FirstAccented < BaseLetters.Length ? BaseLetters[c - FirstAccented]
                : char.ToLowerInvariant(c));
        }
        return folded.ToString();
    }
}
