-- table: quality_report
insert into quality_report (county_code, layer_version_id, job_id, features, errors, warnings, rules, ran_at) values
  ('330481', '00000000-0000-7000-8000-000000000021', null, 1, 0, 1, '[{"rule": "topology.gap", "state": "checked", "count": 1, "kept": 1}]', '2026-01-03T03:04:05Z');
-- table: quality_problem
insert into quality_problem (county_code, layer_version_id, sequence, rule, severity, feature_no, body) values
  ('330481', '00000000-0000-7000-8000-000000000021', 0, 'topology.gap', 'warning', 0, '{"rule": "topology.gap", "severity": "warning", "featureNo": 0, "id": null, "message": {"zh": "缝隙", "en": "a gap"}}');
