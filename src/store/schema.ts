/** The tables, as a list of steps. A released step is never edited: a change is a further step. Pure data. */

/** Step n brings the database from `PRAGMA user_version` n to n + 1. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    type TEXT NOT NULL,
    application TEXT NOT NULL,
    message TEXT NOT NULL,
    reason TEXT,
    trace_id TEXT,
    data TEXT
  );
  CREATE INDEX events_application ON events (application, seq);

  CREATE TABLE decisions (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    application TEXT NOT NULL,
    rule TEXT NOT NULL,
    inputs TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL
  );
  CREATE INDEX decisions_application ON decisions (application, id);

  CREATE TABLE bundles (digest TEXT PRIMARY KEY, at INTEGER NOT NULL, bytes BLOB NOT NULL);

  CREATE TABLE renders (digest TEXT PRIMARY KEY, used_at INTEGER NOT NULL, size INTEGER NOT NULL, bytes BLOB NOT NULL);
  CREATE INDEX renders_used ON renders (used_at, size);

  CREATE TABLE applications (name TEXT PRIMARY KEY, bundle TEXT NOT NULL, record TEXT NOT NULL);
  CREATE INDEX applications_bundle ON applications (bundle);

  CREATE TABLE hook_runs (
    operation TEXT NOT NULL,
    key TEXT NOT NULL,
    phase TEXT NOT NULL,
    started_at TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (operation, key, phase)
  ) WITHOUT ROWID;

  CREATE TABLE history (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    application TEXT NOT NULL,
    bundle TEXT NOT NULL,
    finished_at TEXT NOT NULL,
    record TEXT NOT NULL
  );
  CREATE INDEX history_application ON history (application, id);
  CREATE INDEX history_bundle ON history (bundle);
  `,
  'CREATE TABLE holds (application TEXT PRIMARY KEY, record TEXT NOT NULL)',
]
