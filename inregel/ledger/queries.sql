-- Each statement stands under a name and a sentence. `:offices` and the like are JSON arrays of text: one parameter,
-- whatever their number.

-- name: meta
-- One fact about the ledger itself.
SELECT value FROM meta WHERE name = :name;

-- name: add_meta
-- One fact about a new ledger.
INSERT INTO meta (name, value) VALUES (:name, :value);

-- name: last_event
-- Where the chain of an office ends, and the number of the newest event of all.
SELECT e.number, e.mac, (SELECT max(seq) FROM event) AS seq
FROM (SELECT 1) LEFT JOIN (
    SELECT number, mac FROM event WHERE office = :office ORDER BY number DESC LIMIT 1
) AS e ON true;

-- name: add_event
-- Appends one event.
INSERT INTO event (seq, office, number, at, kind, body, person, sealed, mac)
VALUES (:seq, :office, :number, :at, :kind, :body, :person, :sealed, :mac);

-- name: events
-- The history in the order in which it was written.
SELECT office, number, at, kind, body, person, sealed, mac FROM event WHERE number > :after ORDER BY seq;

-- name: events_of_office
-- The history of one office.
SELECT office, number, at, kind, body, person, sealed, mac FROM event
WHERE office = :office AND number > :after ORDER BY number;

-- name: raw_events
-- The history as bytes, chain by chain, for the proof that it is what was written.
SELECT CAST(office AS BLOB), CAST(number AS BLOB), CAST(seq AS BLOB), CAST(at AS BLOB), CAST(kind AS BLOB),
    CAST(body AS BLOB), CAST(person AS BLOB), CAST(sealed AS BLOB), CAST(mac AS BLOB)
FROM event ORDER BY office, number;

-- name: extent
-- How many events there are, and when the newest was written.
SELECT count(*), (SELECT at FROM event ORDER BY seq DESC LIMIT 1) FROM event;

-- name: heads
-- The last event of each office.
SELECT e.office, e.number, e.mac FROM event AS e
JOIN (SELECT office, max(number) AS number FROM event GROUP BY office) AS last
ON last.office = e.office AND last.number = e.number ORDER BY e.office;

-- name: person_as_written
-- The records that may be of a person who is written in this way.
SELECT id, wrapped FROM person WHERE name_hash = :name AND mail_hash = :mail ORDER BY id;

-- name: persons_to_forget
-- All records of a person: by name where no address is given, else by address and by the bare name.
SELECT id FROM person
WHERE (:mail = x'' AND :name <> x'' AND name_hash = :name) OR (:mail <> x'' AND mail_hash = :mail)
    OR (:mail <> x'' AND :name <> x'' AND name_hash = :name AND mail_hash = x'')
ORDER BY id;

-- name: add_person
-- A record for a person who was not written in this way before; its key follows.
INSERT INTO person (name_hash, mail_hash, wrapped) VALUES (:name, :mail, x'');

-- name: wrap_person
-- The key and the name of a record, closed.
UPDATE person SET wrapped = :wrapped WHERE id = :id;

-- name: forget_person
-- Destroys the key and the name of a record.
UPDATE person SET name_hash = NULL, mail_hash = NULL, wrapped = NULL WHERE id = :id;

-- name: persons
-- Records with their closed keys, by number.
SELECT id, wrapped FROM person WHERE id IN (SELECT value FROM json_each(:ids)) AND wrapped IS NOT NULL;

-- name: all_persons
-- Every record, for the proof that none lost its key without a word in the history.
SELECT id, wrapped FROM person;

-- name: add_statement
-- Who stated something, when, until when, on what ground.
INSERT INTO statement (kind, at, person, until, source) VALUES (:kind, :at, :person, :until, :source);

-- name: statements
-- Statements by number.
SELECT id, kind, at, person, until, source FROM statement WHERE id IN (SELECT value FROM json_each(:ids));

-- name: stated
-- What is attested for these offices.
SELECT office, module, container, name, state, fields FROM stated
WHERE office IN (SELECT value FROM json_each(:offices));

-- name: stated_one
-- What is attested about one resource.
SELECT state, fields FROM stated
WHERE office = :office AND module = :module AND container = :container AND name = :name;

-- name: set_stated
-- Writes what is attested about one resource.
INSERT INTO stated (office, module, container, name, state, fields)
VALUES (:office, :module, :container, :name, :state, :fields)
ON CONFLICT (office, module, container, name) DO UPDATE SET state = excluded.state, fields = excluded.fields;

-- name: stated_in_container
-- The names in a container about which something is attested.
SELECT name FROM stated WHERE office = :office AND module = :module AND container = :container;

-- name: listings
-- Which listings are whole, for these offices.
SELECT office, module, container, statement FROM listing WHERE office IN (SELECT value FROM json_each(:offices));

-- name: set_listing
-- A listing is whole.
INSERT INTO listing (office, module, container, statement) VALUES (:office, :module, :container, :statement)
ON CONFLICT (office, module, container) DO UPDATE SET statement = excluded.statement;

-- name: last_order
-- The highest number of a work order.
SELECT coalesce(max(number), 0) FROM work_order;

-- name: add_order
-- A new work order.
INSERT INTO work_order (number, office, identity, name, role, title, language, digest, schema, secrets, lines, state,
    opened, person, sealed)
VALUES (:number, :office, :identity, :name, :role, :title, :language, :digest, :schema, :secrets, :lines, 'open',
    :opened, :person, :sealed);

-- name: close_order
-- The end of a work order.
UPDATE work_order SET state = :state, closed = :closed, successor = :successor, closed_by = :closed_by,
    answer = :answer, lines = :lines
WHERE number = :number AND (state = 'open' OR (state = 'failed' AND :state = 'withdrawn'));

-- name: open_order
-- The open work order for a change.
SELECT number FROM work_order WHERE office = :office AND identity = :identity AND state = 'open';

-- name: open_orders_of_persons
-- The open work orders that were handed to these persons.
SELECT number FROM work_order WHERE state = 'open' AND person IN (SELECT value FROM json_each(:ids)) ORDER BY number;

-- name: order
-- One work order.
SELECT * FROM work_order WHERE number = :number;

-- name: orders
-- The work orders in some states.
SELECT * FROM work_order WHERE state IN (SELECT value FROM json_each(:states)) ORDER BY number;

-- name: orders_of_offices
-- The work orders of these offices in some states.
SELECT * FROM work_order
WHERE office IN (SELECT value FROM json_each(:offices)) AND state IN (SELECT value FROM json_each(:states))
ORDER BY number;

-- name: operation
-- One operation.
SELECT office, name, module, container, key_name, outcome, checkpoint FROM operation WHERE id = :id;

-- name: set_operation
-- An operation that is about to be performed; the same id again replaces it.
INSERT INTO operation (id, office, identity, name, module, container, key_name, reaches, at, outcome, checkpoint, detail)
VALUES (:id, :office, :identity, :name, :module, :container, :key_name, :reaches, :at, 'intended', :checkpoint, :detail)
ON CONFLICT (id) DO UPDATE SET office = excluded.office, identity = excluded.identity, name = excluded.name,
    module = excluded.module, container = excluded.container, key_name = excluded.key_name,
    reaches = excluded.reaches, at = excluded.at, outcome = 'intended', checkpoint = excluded.checkpoint,
    detail = excluded.detail;

-- name: set_checkpoint
-- What the other side shows once.
UPDATE operation SET checkpoint = :checkpoint WHERE id = :id;

-- name: operations
-- Some operations by id.
SELECT id, office, name, outcome FROM operation WHERE id IN (SELECT value FROM json_each(:ids));

-- name: set_outcomes
-- What became of some operations.
UPDATE operation SET outcome = :outcome, detail = :detail WHERE id IN (SELECT value FROM json_each(:ids));

-- name: pending
-- Operations of which the outcome is not known.
SELECT * FROM operation WHERE outcome IN ('intended', 'unknown') ORDER BY at, id;

-- name: pending_of_offices
-- Operations of these offices of which the outcome is not known.
SELECT * FROM operation
WHERE outcome IN ('intended', 'unknown') AND office IN (SELECT value FROM json_each(:offices)) ORDER BY at, id;

-- name: quota_of_ref
-- What was taken under a reference, of one operation.
SELECT state FROM quota WHERE office = :office AND operation = :operation AND ref = :ref;

-- name: quota_of_day
-- How much of a quota is taken on a day.
SELECT coalesce(sum(amount), 0) FROM quota
WHERE office = :office AND operation = :operation AND day = :day AND state <> 'released';

-- name: set_quota
-- Takes a part of a quota.
INSERT INTO quota (office, operation, ref, day, amount, state)
VALUES (:office, :operation, :ref, :day, :amount, 'reserved')
ON CONFLICT (office, operation, ref) DO UPDATE SET day = excluded.day, amount = excluded.amount, state = 'reserved';

-- name: reserved_of_ref
-- What is reserved under a reference.
SELECT office, operation, amount, day FROM quota WHERE ref = :ref AND state = 'reserved' ORDER BY office, operation;

-- name: settle_quota
-- What was reserved is spent, or released.
UPDATE quota SET state = :state WHERE ref = :ref AND state = 'reserved';

-- name: quota_used
-- What is taken of each quota on a day, for these offices.
SELECT office, operation, sum(amount) FROM quota
WHERE day = :day AND state <> 'released' AND office IN (SELECT value FROM json_each(:offices))
GROUP BY office, operation;

-- name: rollout_of_play
-- The newest rollout of a play.
SELECT * FROM rollout WHERE playbook = :playbook AND play = :play ORDER BY seq DESC LIMIT 1;

-- name: newest_rollouts
-- The newest rollout of every play.
SELECT * FROM rollout WHERE seq IN (SELECT max(seq) FROM rollout GROUP BY playbook, play) ORDER BY seq;

-- name: rollout
-- One rollout.
SELECT * FROM rollout WHERE id = :id;

-- name: set_rollout
-- Writes or replaces a rollout.
INSERT INTO rollout (id, playbook, play, revision, batches, state, started, failed, begun, reason)
VALUES (:id, :playbook, :play, :revision, :batches, :state, :started, :failed, :begun, :reason)
ON CONFLICT (id) DO UPDATE SET playbook = excluded.playbook, play = excluded.play, revision = excluded.revision,
    batches = excluded.batches, state = excluded.state, started = excluded.started, failed = excluded.failed,
    begun = excluded.begun, reason = excluded.reason;

-- name: synced
-- What was last in sync, for these offices.
SELECT office, states FROM synced WHERE office IN (SELECT value FROM json_each(:offices));

-- name: synced_digest
-- Whether it is the same as last time.
SELECT digest FROM synced WHERE office = :office;

-- name: set_synced
-- Writes what is in sync in one office.
INSERT INTO synced (office, digest, states) VALUES (:office, :digest, :states)
ON CONFLICT (office) DO UPDATE SET digest = excluded.digest, states = excluded.states;

-- name: last_captured
-- The newest version of a secret at each of these connections, the one that was captured last at the end.
SELECT max(seq), connection, version, sealed FROM captured
WHERE name = :name AND state <> 'refused' AND connection IN (SELECT value FROM json_each(:connections))
GROUP BY connection ORDER BY 1;

-- name: last_version
-- The newest version of a secret at a connection, whatever became of it.
SELECT coalesce(max(version), 0) FROM captured WHERE name = :name AND connection = :connection;

-- name: add_captured
-- A new version of a captured secret.
INSERT INTO captured (name, connection, version, office, operation, at, state, sealed)
VALUES (:name, :connection, :version, :office, :operation, :at, 'unverified', :sealed);

-- name: captures
-- All versions of all captured secrets, without their values.
SELECT name, connection, version, office, operation, at, state FROM captured ORDER BY seq;

-- name: unverified_of
-- What an operation was shown and no read has told about yet.
SELECT seq, name, connection, version FROM captured
WHERE operation = :operation AND operation <> '' AND state = 'unverified' ORDER BY seq;

-- name: judge_captured
-- What a read tells of a captured secret.
UPDATE captured SET state = :state WHERE seq = :seq;

-- name: unproven
-- Performed operations that were shown a secret of which no read has told yet.
SELECT * FROM operation
WHERE id IN (SELECT operation FROM captured WHERE state = 'unverified')
    AND outcome = 'performed' AND office IN (SELECT value FROM json_each(:offices))
ORDER BY at, id;

-- name: promised
-- Secrets that operations were to be shown and that were not stored, with the operation.
SELECT promised.name AS secret, operation.* FROM promised JOIN operation ON operation.id = promised.operation
WHERE operation.outcome <> 'failed' AND operation.office IN (SELECT value FROM json_each(:offices))
ORDER BY operation.at, operation.id, promised.name;

-- name: promised_of
-- What one operation was to be shown and is not stored.
SELECT name FROM promised WHERE operation = :operation ORDER BY name;

-- name: add_promise
-- A secret that an operation is to be shown.
INSERT OR IGNORE INTO promised (operation, name) VALUES (:operation, :name);

-- name: keep_promises
-- One was stored: the others of that name and connection are not missed any more.
DELETE FROM promised
WHERE name = :name AND operation IN (SELECT id FROM operation WHERE identity = :connection);

-- name: drop_promises
-- What an operation was to be shown is worth nothing any more.
DELETE FROM promised WHERE operation = :operation;

-- name: drop_failed_promises
-- What failed was shown nothing.
DELETE FROM promised WHERE operation IN (SELECT id FROM operation WHERE outcome = 'failed');

-- name: lease
-- Who has, or last had, a lease.
SELECT token, holder, fence, since, expires FROM lease WHERE identity = :identity;

-- name: leases
-- Who has these leases, under which fence, and until when.
SELECT identity, fence, token, expires FROM lease WHERE identity IN (SELECT value FROM json_each(:identities));

-- name: fences
-- The newest fence of each of these leases, and whose it is; nobody's where it was given back.
SELECT identity, fence, token FROM lease WHERE identity IN (SELECT value FROM json_each(:identities));

-- name: set_lease
-- Hands a lease out.
INSERT INTO lease (identity, token, holder, fence, since, expires)
VALUES (:identity, :token, :holder, :fence, :since, :expires)
ON CONFLICT (identity) DO UPDATE SET token = excluded.token, holder = excluded.holder, fence = excluded.fence,
    since = excluded.since, expires = excluded.expires;

-- name: renew_lease
-- Prolongs a lease, where it is still this one.
UPDATE lease SET expires = :expires WHERE identity = :identity AND fence = :fence AND token = :token;

-- name: release_lease
-- Gives a lease back, where it is still this one.
UPDATE lease SET token = '' WHERE identity = :identity AND fence = :fence AND token = :token;

-- name: slots
-- The places that are taken.
SELECT slot, token, expires FROM slot WHERE identity = :identity ORDER BY slot;

-- name: set_slot
-- Takes a place.
INSERT INTO slot (identity, slot, token, expires) VALUES (:identity, :slot, :token, :expires)
ON CONFLICT (identity, slot) DO UPDATE SET token = excluded.token, expires = excluded.expires;

-- name: free_slot
-- Gives a place back.
DELETE FROM slot WHERE identity = :identity AND slot = :slot AND token = :token;

-- name: all_statements
-- Every statement, for the proof.
SELECT id, kind, at, person, until, source FROM statement;

-- name: all_stated
-- Everything that is attested, for the proof.
SELECT office, module, container, name, state, fields FROM stated ORDER BY office, module, container, name;

-- name: all_listings
-- Every listing, for the proof.
SELECT office, module, container, statement FROM listing ORDER BY office, module, container;

-- name: all_orders
-- Every work order and its people, for the proof.
SELECT number, person, closed_by FROM work_order ORDER BY number;

-- name: all_operations
-- The whole journal, for the proof.
SELECT * FROM operation ORDER BY at, id;

-- name: all_quotas
-- Everything that was taken of a quota, for the proof.
SELECT office, operation, ref, day, amount, state FROM quota ORDER BY office, operation, ref;

-- name: all_rollouts
-- Every rollout, for the proof.
SELECT * FROM rollout ORDER BY seq;

-- name: all_synced
-- What is in sync at every office, for the proof.
SELECT office, digest, states FROM synced ORDER BY office;

-- name: all_captured
-- Every captured secret, for the proof.
SELECT name, connection, version, office, operation, state FROM captured ORDER BY seq;
