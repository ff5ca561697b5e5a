-- Targets that a list was meant for and that none of its playbooks looks at: that nothing is found on
-- one says nothing about it, and reports name it.
CREATE TABLE run_not_looked_at (
  run INTEGER NOT NULL REFERENCES runs (id),
  name TEXT NOT NULL,
  PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;
