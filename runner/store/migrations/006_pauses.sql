-- Times in which a schedule is not run: somebody said so, with a reason.
CREATE TABLE pauses (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  schedule TEXT NOT NULL,          -- '' for every schedule
  target TEXT NOT NULL,            -- '' for every target
  reason TEXT NOT NULL CHECK (reason <> ''),
  actor_name TEXT NOT NULL,
  actor_source TEXT NOT NULL,
  actor_identity TEXT NOT NULL,
  begun INTEGER NOT NULL,
  until INTEGER CHECK (until > begun),
  ended INTEGER,                   -- when somebody resumed, or when until had passed
  ended_by TEXT NOT NULL DEFAULT '',
  end_reason TEXT NOT NULL DEFAULT ''
) STRICT;
-- One open pause for the same thing: a second would need two resumes.
CREATE UNIQUE INDEX pauses_open ON pauses (schedule, target) WHERE ended IS NULL;
