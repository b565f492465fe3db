-- Imports: what was delivered, how it was understood, what is wrong with it. Staged rows are deleted once an import is over.
create table import (
  county_code text not null check (county_code ~ '^[0-9]{6}$'),
  import_id uuid not null,
  role text not null,
  as_of date not null,
  state text not null check (state in ('reading', 'staged', 'committed', 'undone', 'discarded', 'failed', 'cancelled')),
  job_id uuid,
  file_name text not null,
  file_size bigint not null,
  file_hash text not null,
  -- {layer, encoding, crs} as a person corrected them.
  options jsonb not null default '{}',
  -- {format, layerName, layerNames, fields, encoding, crs, box, zone, problemGroups, refusals}, known once read.
  facts jsonb not null default '{}',
  mapping jsonb not null default '[]',
  feature_count integer not null default 0,
  bad_count integer not null default 0,
  layer_version_id uuid,
  created_at timestamptz not null,
  created_by text not null,
  primary key (county_code, import_id),
  unique (import_id)
);
create index import_newest on import (county_code, created_at desc);

-- The rows as read, before field mapping; the mapping can be changed without reading the file again.
create table staged_batch (
  county_code text not null,
  import_id uuid not null,
  batch_no integer not null,
  payload bytea not null,
  columns text not null,
  -- Problems of reading and geometry (JSON text); those of attributes depend on the mapping and are made anew.
  problems text not null,
  -- Numbers of the features that must stay out.
  bad integer[] not null,
  primary key (county_code, import_id, batch_no),
  foreign key (county_code, import_id) references import on delete cascade
);
alter table staged_batch alter column payload set storage external;

create table import_problem (
  county_code text not null,
  import_id uuid not null,
  sequence integer not null,
  rule text not null,
  severity text not null,
  feature_no integer,
  body jsonb not null,
  primary key (county_code, import_id, sequence),
  foreign key (county_code, import_id) references import on delete cascade
);
create index import_problem_rule on import_problem (county_code, import_id, rule, sequence);
create index import_problem_feature on import_problem (county_code, import_id, feature_no);

-- How a county's source was mapped last: the next file with the same fields is read the same way.
create table mapping_memory (
  county_code text not null,
  role text not null,
  fields_key text not null,
  mapping jsonb not null,
  updated_at timestamptz not null,
  primary key (county_code, role, fields_key)
);
