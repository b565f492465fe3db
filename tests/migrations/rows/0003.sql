-- Their hashes were made by the program of that day: the chain must hold for ever.
-- table: audit_event
insert into audit_event (chain, sequence, at, actor, role, division_code, operation, object_kind, object_id, before_hash, after_hash,
    result, detail, previous_hash, hash) values
  ('330481', 1, '2026-01-02T03:04:00.5Z', '张三', 'operator', '330481', 'intake.receive', 'import', '00000000-0000-7000-8000-000000000011', null, null, 'done', '{"b": 1, "a": "田"}',
   '0000000000000000000000000000000000000000000000000000000000000000', 'c62aaa5e8ad19997d588b6cd15f10428461bce1923a69005ac61d98bef30246e'),
  ('330481', 2, '2026-01-02T03:04:01.5Z', '张三', 'operator', '330481', 'parcels.saveLayerVersion', 'layerVersion', '00000000-0000-7000-8000-000000000021', null, null, 'done', null,
   'c62aaa5e8ad19997d588b6cd15f10428461bce1923a69005ac61d98bef30246e', '6a2e3337fdd1628125b881dbdaf2bf4afde0ce2eb5d96aa1a2911665efd1df2f'),
  ('system', 1, '2026-01-02T03:04:05.006Z', 'system', 'operator', '', 'jobs.end', 'job', 'x', null, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'JOB-INTERRUPTED', null,
   '0000000000000000000000000000000000000000000000000000000000000000', '9c977fc0cf89dfe83a3ae8bcabd19e211f8e271e77cf2954083eea9ab6de52f6');
