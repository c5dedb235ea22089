using HealthLedger.Consensus.Effects;
using HealthLedger.Consensus.Messages;
using HealthLedger.Protocol;
using HealthLedger.Protocol.Cbor;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Votes;
using HealthLedger.Validator.Wire;

namespace HealthLedger.Validator.Sharding;

/// <content>
/// What a shard asks the others of its own accord: how far they are. Who missed the last message of a quiet shard learns of it so, and so does all that it
/// ever learns a node that has no seat: nobody sends it anything.
/// </content>
internal sealed partial class ShardLoop
{
    private const int QuietTicks = 20, UnlevelTicks = 10;
    private int _ticks, _asking;

    /// <summary>The newest certificate as another member is told it: <c>[height: uint, certificate: bstr]</c>, empty where none is known.</summary>
    private ReadOnlyMemory<byte> AnswerTip()
    {
        ShardTip tip = _tip;
        CborWriter writer = new(1024);
        writer.WriteArrayStart(2);
        writer.WriteCount(tip.Info.Height);
        writer.WriteBytes(tip.Certificate is { } certificate ? CertificateBytes.Encode(certificate) : []);
        return writer.ToArray();
    }

    /// <summary>Asks one other member now and then; all of them while this shard does not know yet what is committed.</summary>
    private void AskTips()
    {
        bool asksAll = !_isLevel && _machine.Mode == ReplicaMode.Following;
        if (++_ticks % (asksAll ? UnlevelTicks : QuietTicks) != 0 || Volatile.Read(ref _asking) > 0) return;
        IReadOnlyList<Hash32> peers = Seats();
        if (peers.Count == 0) return;
        if (!asksAll) peers = [peers[_ticks / QuietTicks % peers.Count]];
        Volatile.Write(ref _asking, peers.Count);
        foreach (Hash32 peer in peers) _ = Task.Run(() => AskTipAsync(peer));
    }

    /// <summary>The other members of the configuration that this shard is in, and of all newer ones.</summary>
    private List<Hash32> Seats()
    {
        List<Hash32> seats = [];
        for (int config = _core.Book.Newest.Number; config >= _machine.Config; config--)
        {
            foreach (Member member in _core.Book.TryGet(config)!.Members)
                if (member.Identity.KeyId is var id && id != _core.Self && !seats.Contains(id)) seats.Add(id);
        }
        return seats;
    }

    private async Task AskTipAsync(Hash32 peer)
    {
        try
        {
            ReadOnlyMemory<byte> answer = await _core.AskAsync(peer, new PeerRequest(PeerRequestKind.Tip, Shard, 0, default).Encode());
            if (!TryReadTip(answer, out Certificate? certificate)) return;
            // What cannot be judged here yet says nothing about how far this shard is.
            if (certificate is not null && _core.Book.TryGet(certificate.Epoch.Config) is null) _core.Configurations.AskSoon(peer);
            else Post(() => TakeTip(peer, certificate));
        }
        catch (OperationCanceledException)
        {
            // The replica stops.
        }
        finally
        {
            Interlocked.Decrement(ref _asking);
        }
    }

    private void TakeTip(Hash32 peer, Certificate? certificate)
    {
        if (certificate is not null) Step(new DecideCall(certificate) { Config = certificate.Epoch.Config, From = _core.Book.IndexOf(certificate.Epoch.Config, peer) });
        _heard.Add(peer);
        NoteLevel();
    }

    private static bool TryReadTip(ReadOnlyMemory<byte> answer, out Certificate? certificate)
    {
        certificate = null;
        if (answer.IsEmpty) return false;
        CborReader reader = new(answer.Span);
        reader.ReadArrayStart(2);
        reader.ReadCount();
        byte[] encoded = reader.ReadBytes().ToArray();
        if (!reader.End()) return false;
        certificate = CertificateBytes.TryDecode(encoded);
        return certificate is not null || encoded.Length == 0;
    }
}
