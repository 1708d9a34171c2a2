-- The tables in which a package file describes itself and says how it was loaded. user_version: the form of these tables.
PRAGMA user_version = 2;
CREATE TABLE _package (
 name TEXT NOT NULL PRIMARY KEY, key TEXT NOT NULL, title_fr TEXT NOT NULL, title_en TEXT NOT NULL, version TEXT NOT NULL);
CREATE TABLE _resource (
 name TEXT NOT NULL PRIMARY KEY, title TEXT NOT NULL, description TEXT NOT NULL,
 source_fr TEXT NOT NULL, source_en TEXT NOT NULL, address TEXT NOT NULL, licence TEXT NOT NULL, status TEXT NOT NULL,
 stamp TEXT NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL, rows INTEGER NOT NULL);
CREATE TABLE _field (
 resource TEXT NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, title TEXT NOT NULL,
 description TEXT NOT NULL, unit TEXT NOT NULL, stamp TEXT NOT NULL, decimals INTEGER NOT NULL, key INTEGER NOT NULL,
 PRIMARY KEY (resource, position), UNIQUE (resource, name));
CREATE TABLE _property (resource TEXT NOT NULL, field TEXT NOT NULL, property TEXT NOT NULL, value TEXT NOT NULL,
 PRIMARY KEY (resource, field, property));
-- What became of each row that was read: read = used + rejected + skipped, emitted = loaded + rows refused afterwards.
CREATE TABLE _load (
 resource TEXT NOT NULL PRIMARY KEY, file TEXT NOT NULL, read INTEGER NOT NULL, used INTEGER NOT NULL, rejected INTEGER NOT NULL,
 emitted INTEGER NOT NULL, loaded INTEGER NOT NULL, cells INTEGER NOT NULL);
CREATE TABLE _load_skipped (resource TEXT NOT NULL, kind TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (resource, kind));
CREATE TABLE _load_total (
 resource TEXT NOT NULL, "of" TEXT NOT NULL, "column" TEXT NOT NULL, stated REAL NOT NULL, computed REAL NOT NULL);
CREATE TABLE _load_note (resource TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE _reject (
 resource TEXT NOT NULL, file TEXT NOT NULL, line INTEGER NOT NULL, "column" TEXT NOT NULL, value TEXT NOT NULL,
 reason_fr TEXT NOT NULL, reason_en TEXT NOT NULL, whole_row INTEGER NOT NULL);
