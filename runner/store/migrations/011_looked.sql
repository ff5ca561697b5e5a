-- Since when the target of an open attempt has been looked at wholly, while its run still waits for
-- other targets: another slot of it may start. What was found is written when the run ends.
ALTER TABLE attempts ADD COLUMN looked INTEGER;
-- A run that waits for a slow target ends after one that began later: the newest look is the one of
-- the run that began last, whichever was written down first.
DROP INDEX outcomes_by_check;
CREATE INDEX outcomes_by_check ON outcomes (playbook, target, run);
