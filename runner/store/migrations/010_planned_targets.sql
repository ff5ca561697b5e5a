-- For which targets a schedule was planned last, and since when for each: after a time in which nobody
-- planned, these are the ones whose slots were missed. The target '' says that it was planned at all.
CREATE TABLE planned_targets (
  schedule TEXT NOT NULL,
  target TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (schedule, target)
) STRICT, WITHOUT ROWID;
INSERT INTO planned_targets
  SELECT DISTINCT schedule, target, 0 FROM slots WHERE state IN ('planned', 'queued', 'running');
INSERT OR IGNORE INTO planned_targets
  SELECT DISTINCT schedule, target, 0 FROM slots s WHERE state <> 'superseded' AND
    schedule NOT IN (SELECT schedule FROM planned_targets) AND
    planned = (SELECT max(planned) FROM slots WHERE schedule = s.schedule AND state <> 'superseded');
INSERT INTO planned_targets SELECT DISTINCT schedule, '', 0 FROM slots;
