-- Times are milliseconds since 1970. Nothing in these tables is a truth: all of it may be deleted at any moment.
-- Unlogged would be faster and is emptied by a crash; a cache that survives one saves its members work.
CREATE TABLE snapshots (
    owner  bytea    NOT NULL CHECK (octet_length(owner) = 32),
    kind   smallint NOT NULL,
    key    bytea    NOT NULL CHECK (octet_length(key) = 32),
    shard  integer  NOT NULL,
    height bigint   NOT NULL,
    header bytea    NOT NULL CHECK (octet_length(header) = 32),
    format integer  NOT NULL,
    due    bigint,
    put    bigint   NOT NULL,
    sealed bytea    NOT NULL CHECK (octet_length(sealed) <= 1049600),
    PRIMARY KEY (owner, kind, key)
);
-- Sealed bytes do not compress.
ALTER TABLE snapshots ALTER COLUMN sealed SET STORAGE EXTERNAL;
CREATE INDEX snapshots_due ON snapshots (owner, kind, due, key) WHERE due IS NOT NULL;
CREATE INDEX snapshots_put ON snapshots (put);

CREATE TABLE members (
    "set"   bytea  NOT NULL CHECK (octet_length("set") = 32),
    id      bytea  NOT NULL CHECK (octet_length(id) = 32),
    expires bigint NOT NULL,
    PRIMARY KEY ("set", id)
);
CREATE INDEX members_expires ON members (expires);

-- Tells this database from one that was created later in its place.
CREATE TABLE identity (id bytea NOT NULL CHECK (octet_length(id) = 16));
INSERT INTO identity (id) VALUES (uuid_send(gen_random_uuid()));
