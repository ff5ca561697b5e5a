-- One row for each time that a daemon began to lead this store. Whoever carries a lower number
-- than the highest is refused (runner/store/fence.h).
CREATE TABLE fences (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  holder TEXT NOT NULL,
  source TEXT NOT NULL,
  raised INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- What the claimer led with; 0 for who leads nothing (a tick, a command).
ALTER TABLE attempts ADD COLUMN fence INTEGER NOT NULL DEFAULT 0;
