-- Times are milliseconds since 1970. Nothing in these tables is a truth: all of it may be deleted at any moment.
CREATE TABLE snapshots (
    owner  BLOB    NOT NULL CHECK (length(owner) = 32),
    kind   INTEGER NOT NULL,
    key    BLOB    NOT NULL CHECK (length(key) = 32),
    shard  INTEGER NOT NULL,
    height INTEGER NOT NULL,
    header BLOB    NOT NULL CHECK (length(header) = 32),
    format INTEGER NOT NULL,
    due    INTEGER,
    put    INTEGER NOT NULL,
    sealed BLOB    NOT NULL CHECK (length(sealed) <= 1049600),
    PRIMARY KEY (owner, kind, key)
) STRICT;
CREATE INDEX snapshots_due ON snapshots (owner, kind, due, key) WHERE due IS NOT NULL;
CREATE INDEX snapshots_put ON snapshots (put);

CREATE TABLE members (
    "set"   BLOB    NOT NULL CHECK (length("set") = 32),
    id      BLOB    NOT NULL CHECK (length(id) = 32),
    expires INTEGER NOT NULL,
    PRIMARY KEY ("set", id)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_expires ON members (expires);

-- Tells this database from one that was created later in its place.
CREATE TABLE identity (id BLOB NOT NULL CHECK (length(id) = 16)) STRICT;
INSERT INTO identity (id) VALUES (randomblob(16));
