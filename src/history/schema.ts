/** The version of the file. */
export const HISTORY_VERSION = 2;

/**
 * Brings a file of an older version up to date, by that version. A file of version 1 does not say if a build was loaded, so
 * what it knows of own failures is forgotten. Durations and stories stay.
 */
export const UPGRADES: ReadonlyMap<number, string> = new Map([
  [1, `ALTER TABLE check_verdicts ADD COLUMN own TEXT; PRAGMA user_version = ${HISTORY_VERSION};`],
]);

/** Marks a SQLite file as a history of gridrun: `grun` in ASCII. */
export const APPLICATION_ID = 0x6772756e;

/** Clustered by site, because queries ask for one site. The index on `run_id` is for a run that is written again. */
export const TABLES = `
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    run TEXT NOT NULL UNIQUE,
    started_at INTEGER NOT NULL,
    resumes TEXT NOT NULL
  ) STRICT;
  CREATE TABLE sites (id INTEGER PRIMARY KEY, site TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE checks (id INTEGER PRIMARY KEY, title TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE site_verdicts (
    site_id INTEGER NOT NULL REFERENCES sites (id),
    run_id INTEGER NOT NULL REFERENCES runs (id),
    url TEXT NOT NULL,
    verdict TEXT NOT NULL,
    cause TEXT,
    code TEXT,
    message TEXT,
    attempts INTEGER NOT NULL,
    total_ms REAL NOT NULL,
    expected_ms REAL,
    browser TEXT,
    PRIMARY KEY (site_id, run_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX site_verdicts_by_run ON site_verdicts (run_id);
  CREATE TABLE check_verdicts (
    site_id INTEGER NOT NULL REFERENCES sites (id),
    check_id INTEGER NOT NULL REFERENCES checks (id),
    run_id INTEGER NOT NULL REFERENCES runs (id),
    verdict TEXT NOT NULL,
    -- What the run says of the check by itself: the word of ownResult; null if it says nothing.
    own TEXT,
    PRIMARY KEY (site_id, check_id, run_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX check_verdicts_by_run ON check_verdicts (run_id);
  -- A resumed run is part of the run that resumed it: its sites must not count twice.
  CREATE VIEW counted_runs AS SELECT * FROM runs WHERE run NOT IN (SELECT resumes FROM runs);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${HISTORY_VERSION};
`;
