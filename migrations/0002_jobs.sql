-- Long work. A job is queued in the transaction that makes it necessary, taken with SKIP LOCKED, and beats while it runs.
create table job (
  job_id uuid primary key,
  kind text not null,
  division_code text not null,
  actor text not null,
  role text not null,
  input jsonb not null,
  state text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  progress double precision not null default 0,
  phase_zh text not null default '',
  phase_en text not null default '',
  error jsonb,
  result jsonb,
  attempts integer not null default 0,
  cancel_requested boolean not null default false,
  worker text,
  created_at timestamptz not null,
  started_at timestamptz,
  heartbeat_at timestamptz,
  finished_at timestamptz
);
create index job_waiting on job (created_at) where state in ('queued', 'running');
