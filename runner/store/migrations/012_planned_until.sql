-- How far each target is planned, said outright: what a row of the slots could tell of it was lost with
-- every edit. What was touched last tells how far an earlier upkeep had come.
ALTER TABLE planned_targets ADD COLUMN filled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE planned_targets ADD COLUMN covered INTEGER NOT NULL DEFAULT 0;
UPDATE planned_targets SET filled = max(since,
  coalesce((SELECT max(changed) FROM slots s WHERE s.schedule = planned_targets.schedule), 0),
  coalesce((SELECT max(recorded) FROM horizons h WHERE h.schedule = planned_targets.schedule), 0));
UPDATE planned_targets SET covered = filled;
