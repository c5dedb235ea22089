namespace HealthLedger.Storage.Votes;

/// <summary>What the vote files held when they were opened.</summary>
internal sealed record VoteRecovery(VoteTable Table, ulong Generation, ulong NextNumber, long End, ulong NextSequence, ulong BlockSequence);
