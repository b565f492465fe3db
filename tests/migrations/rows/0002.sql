-- table: job
insert into job (job_id, kind, division_code, actor, role, input, state, progress, phase_zh, phase_en, error, result, attempts, worker,
    created_at, started_at, heartbeat_at, finished_at) values
  ('00000000-0000-7000-8000-000000000031', 'intake.read', '330481', '张三', 'operator', '{"importId": "00000000-0000-7000-8000-000000000011"}', 'done', 1, '完成', 'done', null, null, 1, 'host:1:ab',
   '2026-01-02T03:04:05Z', '2026-01-02T03:04:06Z', '2026-01-02T03:04:07Z', '2026-01-02T03:04:07Z'),
  ('00000000-0000-7000-8000-000000000032', 'quality.run', '330481', '张三', 'operator', '{}', 'failed', 0.25, '检查', 'checking',
   '{"code": "JOB-INTERRUPTED", "message": {"zh": "停止", "en": "stopped"}}', null, 3, null, '2026-01-02T03:05:05Z', null, null, '2026-01-02T03:06:05Z');
