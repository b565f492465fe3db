-- Projects and the runs of their analysis. Files of a run are kept by hash beside the delivered ones.
create table project (
  county_code text not null check (county_code ~ '^[0-9]{6}$'),
  project_id uuid not null,
  name text not null,
  type text,
  contents jsonb not null default '[]',
  plot_count integer not null,
  area_dm2 bigint,
  west double precision,
  south double precision,
  east double precision,
  north double precision,
  file_name text not null,
  plan_hash text not null,
  -- Outlines of all plan layers in EPSG 4490, for the map.
  plan_geojson text not null,
  -- Problems of the plan as read.
  remarks jsonb not null default '[]',
  created_at timestamptz not null,
  created_by text not null,
  primary key (county_code, project_id),
  unique (project_id)
);

-- The canonical bytes of every pack a run was judged with: a verdict can be replayed under the rules of its day.
create table stored_pack (
  hash text primary key,
  pack_id text not null,
  version text not null,
  content text not null
);

create table run (
  county_code text not null,
  run_id uuid not null,
  project_id uuid not null,
  pack_hash text not null references stored_pack (hash),
  input_hash text not null default '',
  state text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  job_id uuid,
  -- [{role, layerVersionId}]
  inputs jsonb not null default '[]',
  -- {name: hash} of balance.json, findings.json, balance.xlsx, report.docx …
  files jsonb not null default '{}',
  refusals jsonb not null default '[]',
  created_at timestamptz not null,
  created_by text not null,
  primary key (county_code, run_id),
  unique (run_id),
  foreign key (county_code, project_id) references project
);
create index run_of_project on run (county_code, project_id, created_at desc);
