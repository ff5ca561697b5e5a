-- For auditors: names in place of numbers. docs/store.md computes every figure from these.
CREATE VIEW outcome_list AS
  SELECT o.id, o.run, p.text AS playbook, t.text AS target, o.definition, o.state, o.reason,
         o.started, o.finished, o.attempted, o.observed, r.started AS run_started, r.schedule,
         r.recorded
  FROM outcomes o JOIN names p ON p.id = o.playbook JOIN names t ON t.id = o.target
  JOIN runs r ON r.id = o.run;
CREATE VIEW result_list AS
  SELECT x.id, o.run, o.id AS outcome, o.playbook, o.target, s.key AS subject, x.uid, x.state,
         x.reason, x.en, x.ko, x.data, 'P' || x.severity AS severity, x.remedy, x.tags,
         x.evidence, x.finding, x.change, x.seen, x.waiver, o.run_started, o.schedule
  FROM results x JOIN outcome_list o ON o.id = x.outcome JOIN subjects s ON s.id = x.subject;
CREATE VIEW metric_list AS
  SELECT o.run, o.id AS outcome, o.playbook, o.target, n.text AS name, j.text AS subject,
         u.text AS unit, m.value, h.warning, h.critical, h.source, o.finished AS at
  FROM metrics m JOIN series s ON s.id = m.series JOIN outcome_list o ON o.id = m.outcome
  JOIN names n ON n.id = s.name JOIN names j ON j.id = s.subject JOIN names u ON u.id = s.unit
  LEFT JOIN thresholds h ON h.id = m.threshold;
CREATE VIEW finding_list AS
  SELECT f.id, f.fingerprint, p.text AS playbook, t.text AS target, s.key AS subject, f.open,
         f.state, 'P' || f.severity AS severity, f.first_seen, f.last_seen, f.seen,
         f.regressions, f.first_run, f.last_run, f.resolved_run, f.resolved
  FROM findings f JOIN names p ON p.id = f.playbook JOIN names t ON t.id = f.target
  JOIN subjects s ON s.id = f.subject;
