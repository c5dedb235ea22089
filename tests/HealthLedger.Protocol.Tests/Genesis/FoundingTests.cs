using System.Security.Cryptography;
using HealthLedger.Protocol.Errors;
using HealthLedger.Protocol.Events;
using HealthLedger.Protocol.Genesis;
using HealthLedger.Protocol.Keys;

namespace HealthLedger.Protocol.Tests.Genesis;

/// <summary>The files that founders hand to each other.</summary>
public sealed class FoundingTests
{
    private static readonly SigningKey[] Identities = [Key("a"), Key("b"), Key("c")];

    [Fact]
    public void A_request_is_read_as_it_was_written_and_none_of_its_bytes_can_change()
    {
        byte[] bytes = Request(0).Encode();
        FoundingRequest.Decode(bytes).Value.Encode().Should().Equal(bytes);
        int kept = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] changed = [.. bytes];
            changed[i] ^= 1;
            // Names, endpoint, roles and the organization's own keys are not certified: the founder compares them when it signs the draft.
            if (FoundingRequest.Decode(changed).TryGet(out FoundingRequest? read, out _) && read.Member!.Validator.Equals(Request(0).Member!.Validator) && read.Member.Transport.Equals(Request(0).Member!.Transport)) kept++;
        }
        kept.Should().BeLessThan(bytes.Length / 4);
        FoundingRequest.Decode([.. bytes, 0]).IsOk.Should().BeFalse();
        FoundingRequest.Decode(new byte[FoundingRequest.BytesMax + 1]).Fault.Code.Should().Be(FaultCode.FormatLimit);
    }

    [Fact]
    public void A_request_of_an_organization_without_a_node_has_no_member()
    {
        FoundingRequest request = Request(0) with { Member = null };
        FoundingRequest.Decode(request.Encode()).Value.Member.Should().BeNull();
    }

    [Fact]
    public void A_request_whose_keys_are_certified_for_another_network_or_by_another_identity_is_refused()
    {
        FoundingRequest.Decode((Request(0) with { Network = "other" }).Encode()).Fault.Code.Should().Be(FaultCode.SignatureInvalid);
        FoundingRequest.Decode((Request(0) with { Organization = Request(1).Organization }).Encode()).Fault.Code.Should().Be(FaultCode.FormatValue);
    }

    [Fact]
    public void A_draft_and_every_signature_in_any_order_make_the_genesis()
    {
        FoundingDraft draft = Draft();
        FoundingSignature[] signatures = [.. Identities.Select(draft.Sign).Select(signature => FoundingSignature.Decode(signature.Encode()).Value)];
        GenesisFile genesis = draft.Assemble(signatures.Reverse()).Value;
        genesis.Hash.Should().Be(draft.Hash);
        GenesisFile.Decode(genesis.Bytes).IsOk.Should().BeTrue();
    }

    [Fact]
    public void A_missing_a_strange_a_false_and_an_other_drafts_signature_make_none()
    {
        FoundingDraft draft = Draft();
        FoundingSignature[] signatures = [.. Identities.Select(draft.Sign)];
        draft.Assemble(signatures[1..]).Fault.Message.Should().Contain("founder-0 has not signed yet");
        draft.Assemble([.. signatures, draft.Sign(Key("stranger"))]).Fault.Code.Should().Be(FaultCode.SignerUnknown);
        draft.Assemble([signatures[0] with { Signature = signatures[1].Signature }, .. signatures[1..]]).Fault.Code.Should().Be(FaultCode.SignatureInvalid);
        draft.Assemble([Draft(shards: 5).Sign(Identities[0]), .. signatures[1..]]).Fault.Code.Should().Be(FaultCode.ProofInvalid);
    }

    private static FoundingDraft Draft(int shards = 4)
    {
        GenesisBuilder builder = new("founding", 1_700_000_000_000, shards);
        for (int i = 0; i < Identities.Length; i++)
        {
            FoundingRequest request = Request(i);
            builder.Add(request.Member!).Add(request.Organization);
        }
        return FoundingDraft.Decode(builder.EncodeMap()).Value;
    }

    private static FoundingRequest Request(int founder)
    {
        SigningKey identity = Identities[founder];
        using SealingKey sealing = SealingKey.FromSeed(Seed($"s{founder}"));
        Member member = Member.Certify("founding", $"founder-{founder}", identity, Key($"v{founder}").Public, Key($"t{founder}").Public, sealing.Public, $"https://f{founder}.example:9443");
        return new FoundingRequest("founding", member, new Organization($"founder-{founder}", identity.Public, [identity.Public], sealing.Public, OrganizationRoles.Provider));
    }

    private static SigningKey Key(string seed) => SigningKey.FromSeed(Seed(seed));

    private static byte[] Seed(string text) => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text));
}
