-- The ledger's first form: what was loaded, what ran and what it read, every printed number, what was made.
-- Runs inside one transaction; user_version is set by ledger.c.

CREATE TABLE load (
	id      INTEGER PRIMARY KEY,
	package TEXT NOT NULL,
	key     TEXT NOT NULL,
	rows    INTEGER NOT NULL,
	seconds REAL NOT NULL,
	at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
);
CREATE INDEX load_package ON load (package, id);

CREATE TABLE run (
	id       INTEGER PRIMARY KEY,
	analysis TEXT NOT NULL,
	key      TEXT NOT NULL,
	result   TEXT NOT NULL,              -- sha256 of the stored result, '' when it failed
	error    TEXT NOT NULL DEFAULT '',   -- id of the message when it failed
	seconds  REAL NOT NULL,
	at       TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
);
CREATE INDEX run_analysis ON run (analysis, id);

CREATE TABLE run_read (
	run         INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	package     TEXT NOT NULL,
	table_name  TEXT NOT NULL,
	column_name TEXT NOT NULL,           -- '' = rows counted only
	stamp       TEXT NOT NULL,           -- of the column, or of the table, when it was read
	PRIMARY KEY (run, package, table_name, column_name)
) WITHOUT ROWID;

CREATE TABLE run_fact (
	run        INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	table_name TEXT NOT NULL,
	fact       TEXT NOT NULL,
	stamp      TEXT NOT NULL,
	PRIMARY KEY (run, table_name, fact)
) WITHOUT ROWID;

CREATE TABLE value_history (
	id        TEXT NOT NULL,             -- "workforce.municipal_police"
	run       INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	unit      TEXT NOT NULL,
	period    TEXT NOT NULL,
	low       REAL,                      -- NULL on an open side, and all three for words
	best      REAL,
	high      REAL,
	low_open  INTEGER NOT NULL CHECK (low_open IN (0, 1)),
	high_open INTEGER NOT NULL CHECK (high_open IN (0, 1)),
	qualifier TEXT NOT NULL,
	decimals  INTEGER NOT NULL,
	words_fr  TEXT NOT NULL,
	words_en  TEXT NOT NULL,
	PRIMARY KEY (id, run)
) WITHOUT ROWID;
CREATE INDEX value_history_run ON value_history (run);

CREATE TABLE made (
	kind   TEXT NOT NULL,
	id     TEXT NOT NULL,
	key    TEXT NOT NULL,
	digest TEXT NOT NULL,
	at     TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
	PRIMARY KEY (kind, id)
) WITHOUT ROWID;
