-- The tables of a HealthLedger cluster in PostgreSQL, and the statements by which the cluster engine's ADO.NET providers use them. The providers ask the
-- table OrleansQuery for a statement by its key; keys, parameters and result columns are theirs, everything else is ours. May be run again at any time.

CREATE TABLE IF NOT EXISTS OrleansQuery (
    QueryKey text PRIMARY KEY,
    QueryText text NOT NULL
);

-- Which silos there are. The version makes every change one of a row of changes: who changes something names the version that was read.
CREATE TABLE IF NOT EXISTS hl_cluster (
    cluster text PRIMARY KEY,
    version integer NOT NULL DEFAULT 0,
    changed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS hl_silo (
    cluster text NOT NULL REFERENCES hl_cluster ON DELETE CASCADE,
    address text NOT NULL,
    port integer NOT NULL,
    generation integer NOT NULL,
    name text NOT NULL,
    host text NOT NULL,
    status integer NOT NULL,
    gateway_port integer NOT NULL,
    suspicions text,
    started_at timestamptz(3) NOT NULL,
    alive_at timestamptz(3) NOT NULL,
    PRIMARY KEY (cluster, address, port, generation)
);

-- Actors' snapshots: caches. The version is the tag that a writer must have read.
CREATE TABLE IF NOT EXISTS hl_snapshot (
    service text NOT NULL,
    kind text NOT NULL,
    n0 bigint NOT NULL,
    n1 bigint NOT NULL,
    extension text NOT NULL,
    payload bytea,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (service, kind, n0, n1, extension)
);

CREATE TABLE IF NOT EXISTS hl_reminder (
    service text NOT NULL,
    grain text NOT NULL,
    name text NOT NULL,
    starts_at timestamptz(3) NOT NULL,
    period bigint NOT NULL,
    hash integer NOT NULL,
    version integer NOT NULL DEFAULT 0,
    PRIMARY KEY (service, grain, name)
);

CREATE INDEX IF NOT EXISTS hl_reminder_hash ON hl_reminder (service, hash);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES

('InsertMembershipVersionKey', '
    WITH made AS (INSERT INTO hl_cluster (cluster) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1)
    SELECT count(*)::integer FROM made'),

-- Also where the tables were lost and made again while silos ran: who changes its status then writes itself down anew.
('InsertMembershipKey', '
    WITH next AS (
        INSERT INTO hl_cluster AS c (cluster, version) VALUES (@DeploymentId, @Version + 1)
        ON CONFLICT (cluster) DO UPDATE SET version = c.version + 1, changed_at = now()
        WHERE c.version = @Version
          AND NOT EXISTS (SELECT 1 FROM hl_silo s WHERE s.cluster = @DeploymentId AND s.address = @Address AND s.port = @Port AND s.generation = @Generation)
        RETURNING c.cluster),
    made AS (
        INSERT INTO hl_silo (cluster, address, port, generation, name, host, status, gateway_port, started_at, alive_at)
        SELECT next.cluster, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM next
        RETURNING 1)
    SELECT count(*)::integer FROM made'),

('UpdateMembershipKey', '
    WITH next AS (
        UPDATE hl_cluster SET version = version + 1, changed_at = now()
        WHERE cluster = @DeploymentId AND version = @Version
          AND EXISTS (SELECT 1 FROM hl_silo s WHERE s.cluster = @DeploymentId AND s.address = @Address AND s.port = @Port AND s.generation = @Generation)
        RETURNING cluster),
    made AS (
        UPDATE hl_silo s SET status = @Status, suspicions = @SuspectTimes, alive_at = @IAmAliveTime
        FROM next WHERE s.cluster = next.cluster AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
        RETURNING 1)
    SELECT count(*)::integer FROM made'),

('UpdateIAmAlivetimeKey', '
    UPDATE hl_silo SET alive_at = @IAmAliveTime
    WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation'),

-- A row with the version always comes, also where there is no silo, or no cluster yet.
('MembershipReadRowKey', '
    SELECT s.address AS Address, s.port AS Port, s.generation AS Generation, s.name AS SiloName, s.host AS HostName, s.status AS Status,
           s.gateway_port AS ProxyPort, s.suspicions AS SuspectTimes, s.started_at AS StartTime, s.alive_at AS IAmAliveTime, COALESCE(c.version, 0) AS Version
    FROM (SELECT @DeploymentId::text AS cluster) d LEFT JOIN hl_cluster c ON c.cluster = d.cluster
    LEFT JOIN hl_silo s ON s.cluster = d.cluster AND s.address = @Address AND s.port = @Port AND s.generation = @Generation'),

('MembershipReadAllKey', '
    SELECT s.address AS Address, s.port AS Port, s.generation AS Generation, s.name AS SiloName, s.host AS HostName, s.status AS Status,
           s.gateway_port AS ProxyPort, s.suspicions AS SuspectTimes, s.started_at AS StartTime, s.alive_at AS IAmAliveTime, COALESCE(c.version, 0) AS Version
    FROM (SELECT @DeploymentId::text AS cluster) d LEFT JOIN hl_cluster c ON c.cluster = d.cluster
    LEFT JOIN hl_silo s ON s.cluster = d.cluster'),

('GatewaysQueryKey', '
    SELECT address AS Address, gateway_port AS ProxyPort, generation AS Generation FROM hl_silo
    WHERE cluster = @DeploymentId AND status = @Status AND gateway_port > 0'),

('DeleteMembershipTableEntriesKey', '
    DELETE FROM hl_cluster WHERE cluster = @DeploymentId'),

-- 3: active. A silo that says so is never cleaned away, however long it has said nothing.
('CleanupDefunctSiloEntriesKey', '
    DELETE FROM hl_silo WHERE cluster = @DeploymentId AND alive_at < @IAmAliveTime AND status <> 3'),

('ReadFromStorageKey', '
    SELECT payload AS PayloadBinary, changed_at, version AS Version FROM hl_snapshot
    WHERE service = @ServiceId AND kind = @GrainTypeString AND n0 = @GrainIdN0 AND n1 = @GrainIdN1 AND extension = COALESCE(@GrainIdExtensionString, '''')'),

-- Gives the new version, or the one that was shown when somebody else has written meanwhile: the engine takes that for a conflict.
('WriteToStorageKey', '
    WITH written AS (
        INSERT INTO hl_snapshot AS h (service, kind, n0, n1, extension, payload, version)
        SELECT @ServiceId, @GrainTypeString, @GrainIdN0, @GrainIdN1, COALESCE(@GrainIdExtensionString, ''''), @PayloadBinary, COALESCE(@GrainStateVersion::integer, 0) + 1
        ON CONFLICT (service, kind, n0, n1, extension) DO UPDATE SET payload = excluded.payload, version = excluded.version, changed_at = now()
        WHERE h.version = excluded.version - 1
        RETURNING h.version)
    SELECT COALESCE((SELECT version FROM written), @GrainStateVersion::integer) AS NewGrainStateVersion'),

('ClearStorageKey', '
    UPDATE hl_snapshot SET payload = NULL, version = version + 1, changed_at = now()
    WHERE service = @ServiceId AND kind = @GrainTypeString AND n0 = @GrainIdN0 AND n1 = @GrainIdN1 AND extension = COALESCE(@GrainIdExtensionString, '''')
      AND version = @GrainStateVersion
    RETURNING version AS NewGrainStateVersion'),

('DeleteStorageKey', '
    DELETE FROM hl_snapshot
    WHERE service = @ServiceId AND kind = @GrainTypeString AND n0 = @GrainIdN0 AND n1 = @GrainIdN1 AND extension = COALESCE(@GrainIdExtensionString, '''')
      AND version = @GrainStateVersion
    RETURNING version + 1 AS NewGrainStateVersion'),

('UpsertReminderRowKey', '
    INSERT INTO hl_reminder AS r (service, grain, name, starts_at, period, hash) VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash)
    ON CONFLICT (service, grain, name) DO UPDATE SET starts_at = excluded.starts_at, period = excluded.period, hash = excluded.hash, version = r.version + 1
    RETURNING r.version AS Version'),

('ReadReminderRowsKey', '
    SELECT grain AS GrainId, name AS ReminderName, starts_at AS StartTime, period AS Period, version AS Version FROM hl_reminder
    WHERE service = @ServiceId AND grain = @GrainId'),

('ReadReminderRowKey', '
    SELECT grain AS GrainId, name AS ReminderName, starts_at AS StartTime, period AS Period, version AS Version FROM hl_reminder
    WHERE service = @ServiceId AND grain = @GrainId AND name = @ReminderName'),

-- A silo's share of the ring of hashes; the second for the share that goes over its end.
('ReadRangeRows1Key', '
    SELECT grain AS GrainId, name AS ReminderName, starts_at AS StartTime, period AS Period, version AS Version FROM hl_reminder
    WHERE service = @ServiceId AND hash > @BeginHash AND hash <= @EndHash'),

('ReadRangeRows2Key', '
    SELECT grain AS GrainId, name AS ReminderName, starts_at AS StartTime, period AS Period, version AS Version FROM hl_reminder
    WHERE service = @ServiceId AND (hash > @BeginHash OR hash <= @EndHash)'),

('DeleteReminderRowKey', '
    WITH gone AS (DELETE FROM hl_reminder WHERE service = @ServiceId AND grain = @GrainId AND name = @ReminderName AND version = @Version RETURNING 1)
    SELECT count(*)::integer FROM gone'),

('DeleteReminderRowsKey', '
    DELETE FROM hl_reminder WHERE service = @ServiceId')

ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText;
