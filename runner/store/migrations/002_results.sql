CREATE TABLE names (
  id INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE subjects (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  space TEXT NOT NULL,
  name TEXT NOT NULL
) STRICT;
CREATE TABLE outcomes (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs (id),
  playbook INTEGER NOT NULL REFERENCES names (id),
  target INTEGER NOT NULL REFERENCES names (id),
  definition TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  started INTEGER NOT NULL,
  finished INTEGER NOT NULL,
  attempted INTEGER NOT NULL,
  observed INTEGER NOT NULL,
  params TEXT NOT NULL,
  seed INTEGER NOT NULL,
  log TEXT NOT NULL,
  UNIQUE (run, playbook, target)
) STRICT;
CREATE INDEX outcomes_by_check ON outcomes (playbook, target, id);

CREATE TABLE waivers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  owner TEXT NOT NULL,
  reason TEXT NOT NULL,
  approver_name TEXT NOT NULL,
  approver_source TEXT NOT NULL,
  approver_identity TEXT NOT NULL,
  ticket TEXT NOT NULL,
  playbook TEXT NOT NULL,
  target TEXT NOT NULL,
  subject TEXT NOT NULL,
  covers_unknown INTEGER NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  revoked INTEGER,
  revoke_reason TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE findings (
  id INTEGER PRIMARY KEY,
  fingerprint TEXT NOT NULL UNIQUE,
  playbook INTEGER NOT NULL REFERENCES names (id),
  target INTEGER NOT NULL REFERENCES names (id),
  subject INTEGER NOT NULL REFERENCES subjects (id),
  open INTEGER NOT NULL,
  state TEXT NOT NULL,
  severity INTEGER NOT NULL,
  en TEXT NOT NULL,
  ko TEXT NOT NULL,
  params TEXT NOT NULL,            -- hash of the parameters of the look that saw it last
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  seen INTEGER NOT NULL,           -- looks in a row
  regressions INTEGER NOT NULL DEFAULT 0,
  first_run INTEGER NOT NULL REFERENCES runs (id),
  last_run INTEGER NOT NULL REFERENCES runs (id),
  resolved_run INTEGER REFERENCES runs (id),
  resolved INTEGER
) STRICT;
CREATE INDEX findings_open ON findings (playbook, target) WHERE open = 1;
CREATE TABLE resolutions (
  run INTEGER NOT NULL REFERENCES runs (id),
  finding INTEGER NOT NULL REFERENCES findings (id),
  how TEXT NOT NULL CHECK (how IN ('ok', 'absent')),   -- seen ok, or absent from a whole look
  at INTEGER NOT NULL,
  en TEXT NOT NULL,
  ko TEXT NOT NULL,
  PRIMARY KEY (run, finding)
) STRICT, WITHOUT ROWID;

CREATE TABLE evidence (
  hash TEXT PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT;
CREATE TABLE results (
  id INTEGER PRIMARY KEY,
  outcome INTEGER NOT NULL REFERENCES outcomes (id),
  subject INTEGER NOT NULL REFERENCES subjects (id),
  uid TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('ok', 'skipped', 'unknown', 'warning', 'critical')),
  reason TEXT NOT NULL,
  en TEXT NOT NULL,
  ko TEXT NOT NULL,
  data TEXT,
  severity INTEGER NOT NULL,
  remedy TEXT NOT NULL,
  tags TEXT,
  evidence TEXT REFERENCES evidence (hash),
  finding INTEGER REFERENCES findings (id),
  change TEXT NOT NULL,
  seen INTEGER NOT NULL,
  waiver INTEGER REFERENCES waivers (id),
  UNIQUE (outcome, subject)
) STRICT;
CREATE INDEX results_waived ON results (waiver) WHERE waiver IS NOT NULL;

CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  playbook INTEGER NOT NULL REFERENCES names (id),
  target INTEGER NOT NULL REFERENCES names (id),
  name INTEGER NOT NULL REFERENCES names (id),
  subject INTEGER NOT NULL REFERENCES names (id),
  unit INTEGER NOT NULL REFERENCES names (id),
  UNIQUE (playbook, target, name, subject, unit)
) STRICT;
CREATE TABLE thresholds (
  id INTEGER PRIMARY KEY,
  warning REAL,
  critical REAL,
  source TEXT NOT NULL
) STRICT;
CREATE INDEX thresholds_by_value ON thresholds (warning, critical, source);
CREATE TABLE metrics (
  series INTEGER NOT NULL REFERENCES series (id),
  outcome INTEGER NOT NULL REFERENCES outcomes (id),
  value REAL NOT NULL,
  threshold INTEGER REFERENCES thresholds (id),
  PRIMARY KEY (series, outcome)
) STRICT, WITHOUT ROWID;
