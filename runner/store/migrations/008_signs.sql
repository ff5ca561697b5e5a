-- When each of those who attend to schedules was last at work (runner/store/signs.h). What is told
-- from it, why a slot was missed, is kept for ever in the slot's reason; this itself is not.
CREATE TABLE signs (
  who TEXT PRIMARY KEY,
  seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
