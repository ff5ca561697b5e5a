CREATE TABLE plans (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER REFERENCES runs (id),
  fingerprint TEXT NOT NULL,
  playbook TEXT NOT NULL,
  target TEXT NOT NULL,
  subject TEXT NOT NULL,
  remedy TEXT NOT NULL,
  risk TEXT NOT NULL,
  document TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  requester_name TEXT NOT NULL,
  requester_source TEXT NOT NULL,
  requester_identity TEXT NOT NULL,
  approvals_needed INTEGER NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'denied', 'expired', 'cancelled',
    'applying', 'applied', 'failed', 'unknown', 'verified', 'unverified')),
  outcome_en TEXT NOT NULL DEFAULT '',
  outcome_ko TEXT NOT NULL DEFAULT '',
  verified_by INTEGER REFERENCES runs (id),
  changed INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX plans_open ON plans (playbook, target, subject, remedy)
  WHERE state IN ('pending', 'approved', 'applying');
CREATE TABLE approvals (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  plan INTEGER NOT NULL REFERENCES plans (id),
  hash TEXT NOT NULL,
  actor_name TEXT NOT NULL,
  actor_source TEXT NOT NULL,
  actor_identity TEXT NOT NULL,
  approve INTEGER NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  UNIQUE (plan, actor_source, actor_identity)
) STRICT;
CREATE TRIGGER approvals_not_by_requester BEFORE INSERT ON approvals
WHEN EXISTS (SELECT 1 FROM plans WHERE id = NEW.plan AND requester_source = NEW.actor_source
             AND requester_identity = NEW.actor_identity)
BEGIN SELECT RAISE(ABORT, 'nobody approves a plan of their own'); END;
CREATE TABLE actions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  plan INTEGER NOT NULL REFERENCES plans (id),
  step INTEGER NOT NULL,
  call TEXT NOT NULL,
  before TEXT NOT NULL,
  actor_name TEXT NOT NULL,
  actor_source TEXT NOT NULL,
  actor_identity TEXT NOT NULL,
  begun INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'intended'
    CHECK (state IN ('intended', 'done', 'failed', 'unknown')),
  after TEXT,
  detail TEXT NOT NULL DEFAULT '',
  ended INTEGER,
  UNIQUE (plan, step)              -- no action is begun twice
) STRICT;
CREATE INDEX actions_open ON actions (id) WHERE ended IS NULL;

CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER REFERENCES runs (id),
  subject TEXT NOT NULL,
  channel TEXT NOT NULL,
  destination TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'failed')),
  detail TEXT NOT NULL DEFAULT '',
  attempts INTEGER NOT NULL DEFAULT 0,
  created INTEGER NOT NULL,
  changed INTEGER NOT NULL
) STRICT;
CREATE INDEX deliveries_by_time ON deliveries (created);
CREATE TABLE delivery_attempts (
  delivery INTEGER NOT NULL REFERENCES deliveries (id),
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  state TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (delivery, number)
) STRICT, WITHOUT ROWID;
