namespace HealthLedger.Protocol.Shamir;

/// <summary>The field of 256 elements modulo x^8 + x^4 + x^3 + x + 1, without tables or branches on secrets.</summary>
internal static class Gf256
{
    /// <summary>The product: eight steps, whatever the operands.</summary>
    public static byte Multiply(byte a, byte b)
    {
        uint product = 0, x = a, y = b;
        for (int bit = 0; bit < 8; bit++)
        {
            product ^= x & (0u - (y & 1));
            y >>= 1;
            x = (x << 1) ^ (0x11b & (0u - (x >> 7)));
        }
        return (byte)product;
    }

    /// <summary>a^254, the inverse of a; 0 for 0.</summary>
    public static byte Invert(byte a)
    {
        byte square = a, inverse = 1;
        for (int bit = 1; bit < 8; bit++)
        {
            square = Multiply(square, square);
            inverse = Multiply(inverse, square);
        }
        return inverse;
    }
}
