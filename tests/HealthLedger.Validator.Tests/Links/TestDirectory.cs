using HealthLedger.Protocol.Genesis;
using HealthLedger.Validator.Links;

namespace HealthLedger.Validator.Tests.Links;

/// <summary>An address book that a test changes.</summary>
internal sealed class TestDirectory : IMemberDirectory
{
    private IReadOnlyList<Member> _known = [];

    public event Action? Changed;

    public IReadOnlyList<Member> Known
    {
        get => Volatile.Read(ref _known);
        set
        {
            Volatile.Write(ref _known, value);
            Changed?.Invoke();
        }
    }
}
