using System.Net;
using System.Security.Cryptography;
using HealthLedger.Actors.LedgerShards;
using HealthLedger.Actors.Network;
using HealthLedger.Protocol;
using HealthLedger.Storage.Snapshots;
using HealthLedger.Validator.Configurations;
using HealthLedger.Validator.Links.Http;

namespace HealthLedger.Node.Members;

/// <summary>What a host of a member's actors is made of.</summary>
/// <param name="Role">What the process is.</param>
/// <param name="Folder">The member's folder.</param>
/// <param name="Member">Its id.</param>
/// <param name="Keys">Its keys.</param>
/// <param name="Runner">Runs its replica.</param>
/// <param name="Links">Its links.</param>
/// <param name="Listen">Where those listen.</param>
/// <param name="Shard">How shard actors batch and lead.</param>
/// <param name="Book">The configurations.</param>
/// <param name="Snapshots">Where what is costly to find again is kept.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Random">Ids, salts and nonces come from it.</param>
/// <param name="Logs">Gets the actors' log.</param>
internal sealed record MemberPlace(string Role, MemberFolder Folder, Hash32 Member, MemberKeys Keys, MemberRunner Runner, HttpLinks Links, IPEndPoint Listen, LedgerShardOptions Shard, ConfigurationBook Book,
    SnapshotStore Snapshots, TimeProvider Clock, RandomNumberGenerator Random, ILoggerFactory Logs);
