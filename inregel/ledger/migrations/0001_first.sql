-- The first shape of the ledger. A migration is never edited after its release; the next one gets the next number.
-- Times are UTC in ISO 8601 with six decimals, so that they sort as text. Keys stand in two columns: the container
-- ("" for a key without one) and the name.

CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- One record per person as written. `wrapped` holds the record's key and the name, closed with the key of the ledger;
-- to forget is to make the three columns NULL. Numbers are never used again.
CREATE TABLE person (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name_hash BLOB,
    mail_hash BLOB,
    wrapped BLOB
);
CREATE INDEX person_by_name ON person (name_hash, mail_hash);
CREATE INDEX person_by_mail ON person (mail_hash);

-- The history: one chain per office ("" is the project's own), `seq` without gaps over all of them.
CREATE TABLE event (
    seq INTEGER NOT NULL PRIMARY KEY,
    office TEXT NOT NULL,
    number INTEGER NOT NULL,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    person INTEGER,
    sealed BLOB,
    mac BLOB NOT NULL
);
CREATE UNIQUE INDEX event_by_office ON event (office, number);
CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event BEGIN
    SELECT RAISE(ABORT, 'the history is append-only');
END;
CREATE TRIGGER event_is_never_removed BEFORE DELETE ON event BEGIN
    SELECT RAISE(ABORT, 'the history is append-only');
END;
-- INSERT OR REPLACE removes without asking the trigger above.
CREATE TRIGGER event_comes_at_the_end BEFORE INSERT ON event
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM event)
    OR NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM event WHERE office = NEW.office)
BEGIN
    SELECT RAISE(ABORT, 'the history is append-only');
END;

-- Who stated something, when, until when, on what ground.
CREATE TABLE statement (
    id INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    at TEXT,
    person INTEGER REFERENCES person (id),
    until TEXT,
    source TEXT NOT NULL
);

-- What is attested now. `fields` is JSON: field to statement, "" for the whole.
CREATE TABLE stated (
    office TEXT NOT NULL,
    module TEXT NOT NULL,
    container TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    fields TEXT NOT NULL,
    PRIMARY KEY (office, module, container, name)
) WITHOUT ROWID;

CREATE TABLE listing (
    office TEXT NOT NULL,
    module TEXT NOT NULL,
    container TEXT NOT NULL,
    statement INTEGER NOT NULL REFERENCES statement (id),
    PRIMARY KEY (office, module, container)
) WITHOUT ROWID;

-- `sealed` holds the text under the key of `person`; `answer` what came back under the key of `closed_by`.
CREATE TABLE work_order (
    number INTEGER NOT NULL PRIMARY KEY,
    office TEXT NOT NULL,
    identity TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    title TEXT NOT NULL,
    language TEXT NOT NULL,
    digest TEXT NOT NULL,
    schema TEXT NOT NULL,
    secrets TEXT NOT NULL,
    lines TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'done', 'failed', 'superseded', 'withdrawn')),
    opened TEXT NOT NULL,
    person INTEGER REFERENCES person (id),
    sealed BLOB NOT NULL,
    closed TEXT,
    successor INTEGER,
    closed_by INTEGER REFERENCES person (id),
    answer BLOB
);
CREATE UNIQUE INDEX work_order_open ON work_order (office, identity) WHERE state = 'open';
CREATE INDEX work_order_by_office ON work_order (office);

CREATE TABLE operation (
    id TEXT NOT NULL PRIMARY KEY,
    office TEXT NOT NULL,
    identity TEXT NOT NULL,
    name TEXT NOT NULL,
    module TEXT NOT NULL,
    container TEXT NOT NULL,
    key_name TEXT NOT NULL,
    reaches TEXT NOT NULL,
    at TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('intended', 'performed', 'failed', 'unknown')),
    checkpoint TEXT NOT NULL,
    detail TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX operation_pending ON operation (office) WHERE outcome IN ('intended', 'unknown');

CREATE TABLE quota (
    office TEXT NOT NULL,
    operation TEXT NOT NULL,
    ref TEXT NOT NULL,
    day TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    state TEXT NOT NULL CHECK (state IN ('reserved', 'spent', 'released')),
    PRIMARY KEY (office, operation, ref)
) WITHOUT ROWID;
CREATE INDEX quota_by_day ON quota (day, office, operation);
CREATE INDEX quota_by_ref ON quota (ref);

CREATE TABLE rollout (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    playbook TEXT NOT NULL,
    play TEXT NOT NULL,
    revision TEXT NOT NULL,
    batches TEXT NOT NULL,
    state TEXT NOT NULL,
    started TEXT NOT NULL,
    failed TEXT NOT NULL,
    begun TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX rollout_by_play ON rollout (playbook, play, seq);

CREATE TABLE synced (
    office TEXT NOT NULL PRIMARY KEY,
    digest TEXT NOT NULL,
    states TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE captured (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    connection TEXT NOT NULL,
    at TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (name, version)
) WITHOUT ROWID;

-- A lease that was given back keeps its row (token ''), so that the fence only ever grows.
CREATE TABLE lease (
    identity TEXT NOT NULL PRIMARY KEY,
    token TEXT NOT NULL,
    holder TEXT NOT NULL,
    fence INTEGER NOT NULL,
    since TEXT NOT NULL,
    expires TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE slot (
    identity TEXT NOT NULL,
    slot INTEGER NOT NULL,
    token TEXT NOT NULL,
    expires TEXT NOT NULL,
    PRIMARY KEY (identity, slot)
) WITHOUT ROWID;
