-- A captured secret belongs to one connection and to the operation that was shown it; a read verifies or refuses it.
CREATE TABLE shown (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    connection TEXT NOT NULL,
    version INTEGER NOT NULL,
    office TEXT NOT NULL,
    operation TEXT NOT NULL,
    at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('unverified', 'verified', 'refused')),
    sealed BLOB NOT NULL
);
INSERT INTO shown (name, connection, version, office, operation, at, state, sealed)
SELECT name, connection, version, '', '', at, 'unverified', sealed FROM captured ORDER BY at, name, version;
DROP TABLE captured;
ALTER TABLE shown RENAME TO captured;
CREATE UNIQUE INDEX captured_by_version ON captured (name, connection, version);
CREATE INDEX captured_unverified ON captured (operation) WHERE state = 'unverified';

-- What operations are to be shown; a row goes when the secret was stored, or is no longer worth anything.
CREATE TABLE promised (
    operation TEXT NOT NULL REFERENCES operation (id),
    name TEXT NOT NULL,
    PRIMARY KEY (operation, name)
) WITHOUT ROWID;
