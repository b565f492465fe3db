-- The last quality report of a layer version (immutable, so a report stays true of it) and its problems.
create table quality_report (
  county_code text not null,
  layer_version_id uuid not null,
  job_id uuid,
  features integer not null,
  errors integer not null,
  warnings integer not null,
  -- RuleOutcome[]: every rule, those without a problem too.
  rules jsonb not null,
  ran_at timestamptz not null,
  primary key (county_code, layer_version_id),
  foreign key (county_code, layer_version_id) references layer_version on delete cascade
);

create table quality_problem (
  county_code text not null,
  layer_version_id uuid not null,
  sequence integer not null,
  rule text not null,
  severity text not null,
  feature_no integer,
  body jsonb not null,
  primary key (county_code, layer_version_id, sequence),
  foreign key (county_code, layer_version_id) references quality_report on delete cascade
);
create index quality_problem_rule on quality_problem (county_code, layer_version_id, rule, sequence);
