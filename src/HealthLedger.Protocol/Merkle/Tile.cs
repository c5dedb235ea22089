using System.Globalization;

namespace HealthLedger.Protocol.Merkle;

/// <summary>
/// A tile of a log [C2SP tlog-tiles]: up to 256 consecutive nodes of one level, the levels being those of every eighth row of the
/// tree. Tile n of level l holds the nodes <c>(8·l, 256·n)</c> to <c>(8·l, 256·n + width - 1)</c>, 32 bytes each.
/// </summary>
/// <param name="Level">0 to 7 for trees of up to 2^63 leaves; the specification allows up to 63.</param>
/// <param name="Index">Place among the tiles of the level.</param>
/// <param name="Width">Nodes in it: 256 for a full tile, less for a partial one.</param>
public readonly record struct Tile(int Level, ulong Index, int Width)
{
    /// <summary>Rows of the tree in a tile.</summary>
    public const int Height = 8;

    /// <summary>Nodes in a full tile.</summary>
    public const int FullWidth = 1 << Height;

    /// <summary>Largest level in a path.</summary>
    public const int LevelMax = 63;

    /// <summary>The first node of the tile.</summary>
    public NodeId First => new(Level * Height, Index * FullWidth);

    /// <summary>The path of the tile: <c>tile/L/x001/x234/067[.p/W]</c>.</summary>
    public string Path => $"tile/{Level}/{IndexPath()}";

    /// <summary>The path of the entries under a tile of level 0: <c>tile/entries/x001/x234/067[.p/W]</c>.</summary>
    public string EntriesPath => $"tile/entries/{IndexPath()}";

    /// <summary>How many nodes of the tile a tree of <paramref name="treeSize"/> leaves has: 0 to 256.</summary>
    public static int WidthAt(int level, ulong index, ulong treeSize)
    {
        int shift = level * Height;
        ulong nodes = shift >= 64 ? 0 : treeSize >> shift;
        ulong before = index > ulong.MaxValue / FullWidth ? ulong.MaxValue : index * FullWidth;
        return nodes <= before ? 0 : (int)Math.Min(nodes - before, FullWidth);
    }

    /// <summary>The tile that holds what is needed for a node, as wide as a tree of <paramref name="treeSize"/> leaves has it.</summary>
    public static Tile Of(NodeId node, ulong treeSize)
    {
        int level = node.Level / Height;
        ulong index = (node.Index << (node.Level % Height)) / FullWidth;
        return new Tile(level, index, WidthAt(level, index, treeSize));
    }

    /// <summary>The tiles that a tree of <paramref name="size"/> leaves has and one of <paramref name="oldSize"/> has not, or narrower; level by level, ascending.</summary>
    public static IEnumerable<Tile> New(ulong oldSize, ulong size)
    {
        for (int level = 0; level * Height < 64 && size >> (level * Height) > 0; level++)
        {
            ulong old = oldSize >> (level * Height), now = size >> (level * Height);
            if (old == now) continue;
            for (ulong index = old / FullWidth; index * FullWidth < now; index++)
                yield return new Tile(level, index, (int)Math.Min(now - index * FullWidth, FullWidth));
        }
    }

    /// <summary>Parses what <see cref="Path"/> gives and nothing else.</summary>
    public static bool TryParsePath(ReadOnlySpan<char> path, out Tile tile)
    {
        tile = default;
        if (!path.StartsWith("tile/")) return false;
        path = path[5..];
        int slash = path.IndexOf('/');
        if (slash is < 1 or > 2 || !TryNumber(path[..slash], LevelMax, out int level)) return false;
        return TryParseIndex(path[(slash + 1)..], level, out tile);
    }

    /// <summary>Parses what <see cref="EntriesPath"/> gives and nothing else.</summary>
    public static bool TryParseEntriesPath(ReadOnlySpan<char> path, out Tile tile)
    {
        tile = default;
        return path.StartsWith("tile/entries/") && TryParseIndex(path[13..], 0, out tile);
    }

    private static bool TryParseIndex(ReadOnlySpan<char> path, int level, out Tile tile)
    {
        tile = default;
        int width = FullWidth;
        int partial = path.IndexOf(".p/");
        if (partial >= 0)
        {
            if (!TryNumber(path[(partial + 3)..], FullWidth - 1, out width) || width == 0) return false;
            path = path[..partial];
        }
        ulong index = 0;
        bool first = true;
        while (true)
        {
            bool more = path.StartsWith("x");
            if (more) path = path[1..];
            if (path.Length < 3 || !TryDigits(path[..3], out uint group)) return false;
            if (more && first && group == 0) return false;
            if (index > (ulong.MaxValue / FullWidth - group) / 1000) return false;
            index = index * 1000 + group;
            first = false;
            path = path[3..];
            if (!more) break;
            if (!path.StartsWith("/")) return false;
            path = path[1..];
        }
        tile = new Tile(level, index, width);
        return path.IsEmpty;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, int maximum, out int number)
    {
        number = 0;
        if (text.IsEmpty || text.Length > 3 || (text.Length > 1 && text[0] == '0') || !TryDigits(text, out uint value) || value > maximum) return false;
        number = (int)value;
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<char> text, out uint value) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private string IndexPath()
    {
        string path = (Index % 1000).ToString("D3", CultureInfo.InvariantCulture);
        for (ulong rest = Index / 1000; rest > 0; rest /= 1000) path = $"x{rest % 1000:D3}/{path}";
        return Width == FullWidth ? path : $"{path}.p/{Width}";
    }
}
