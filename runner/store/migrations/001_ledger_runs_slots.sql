-- Times are microseconds since 1970, UTC.
CREATE TABLE ledger (
  sequence INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX ledger_by_time ON ledger (at);
CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_in_order BEFORE INSERT ON ledger
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM ledger)
BEGIN SELECT RAISE(ABORT, 'the ledger has no holes'); END;

CREATE TABLE definitions (
  hash TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  document TEXT NOT NULL,
  recorded INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  state TEXT NOT NULL CHECK (state IN ('running', 'finished', 'cancelled', 'interrupted')),
  trigger TEXT NOT NULL,
  actor_name TEXT NOT NULL,
  actor_source TEXT NOT NULL,
  actor_identity TEXT NOT NULL,
  version TEXT NOT NULL,
  schedule TEXT NOT NULL,
  scope TEXT NOT NULL,            -- hash of playbooks and targets: runs that compare
  holder TEXT NOT NULL,
  planned INTEGER NOT NULL,
  started INTEGER NOT NULL,
  finished INTEGER,
  recorded INTEGER,
  exit_code INTEGER,
  reason TEXT NOT NULL DEFAULT '',
  digest TEXT NOT NULL DEFAULT '',  -- hash over everything the run left behind
  ledger INTEGER,                   -- sequence of the entry that recorded it
  ok INTEGER NOT NULL DEFAULT 0,
  warning INTEGER NOT NULL DEFAULT 0,
  critical INTEGER NOT NULL DEFAULT 0,
  unknown INTEGER NOT NULL DEFAULT 0,
  skipped INTEGER NOT NULL DEFAULT 0,
  waived INTEGER NOT NULL DEFAULT 0,
  new_findings INTEGER NOT NULL DEFAULT 0,
  recurring_findings INTEGER NOT NULL DEFAULT 0,
  regressed_findings INTEGER NOT NULL DEFAULT 0,
  resolved_findings INTEGER NOT NULL DEFAULT 0,
  attempted INTEGER NOT NULL DEFAULT 0,
  observed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX runs_by_start ON runs (started);
CREATE INDEX runs_by_scope ON runs (scope, id);
CREATE TABLE run_targets (
  run INTEGER NOT NULL REFERENCES runs (id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  tls_verified INTEGER NOT NULL,
  PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE run_playbooks (
  run INTEGER NOT NULL REFERENCES runs (id),
  name TEXT NOT NULL,
  PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE slots (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  schedule TEXT NOT NULL,
  target TEXT NOT NULL,
  planned INTEGER NOT NULL,
  definition TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('planned', 'queued', 'running', 'on_time', 'late', 'missed',
    'cancelled', 'blackout', 'overlapped', 'paused', 'interrupted', 'superseded')),
  reason TEXT NOT NULL DEFAULT '',
  actor TEXT NOT NULL DEFAULT '',
  attempts INTEGER NOT NULL DEFAULT 0,
  changed INTEGER NOT NULL,
  UNIQUE (schedule, planned, target)
) STRICT;
CREATE INDEX slots_by_time ON slots (planned);
CREATE INDEX slots_open ON slots (planned)
  WHERE state IN ('planned', 'queued', 'running', 'interrupted');
CREATE INDEX slots_open_of_schedule ON slots (schedule, planned)
  WHERE state IN ('planned', 'queued', 'running', 'interrupted');
CREATE TABLE attempts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  slot INTEGER NOT NULL REFERENCES slots (id),
  number INTEGER NOT NULL,
  run INTEGER REFERENCES runs (id),
  holder TEXT NOT NULL,
  claimed INTEGER NOT NULL,
  ended INTEGER,
  state TEXT NOT NULL DEFAULT 'running',
  reason TEXT NOT NULL DEFAULT '',
  UNIQUE (slot, number)
) STRICT;
-- No two attempts at a slot overlap: the database itself refuses the second.
CREATE UNIQUE INDEX attempts_open ON attempts (slot) WHERE ended IS NULL;
CREATE INDEX attempts_by_run ON attempts (run);
CREATE TABLE horizons (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  schedule TEXT NOT NULL,
  definition TEXT NOT NULL,
  zone_data TEXT NOT NULL,
  start INTEGER NOT NULL,
  until INTEGER NOT NULL,
  count INTEGER NOT NULL,
  hash TEXT NOT NULL,
  recorded INTEGER NOT NULL
) STRICT;
CREATE INDEX horizons_by_schedule ON horizons (schedule, start, until, id);
