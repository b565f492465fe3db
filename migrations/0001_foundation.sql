-- Divisions, layers and their features. The county code leads every parcel-scale key and index, so that a county can
-- become a partition or a machine of its own. SQL here and everywhere: PostgreSQL 15 + PostGIS 3.3, no newer.
create extension if not exists postgis;
create extension if not exists btree_gist;

create table division (
  code text primary key check (code ~ '^([0-9]{6}|[0-9]{9}|[0-9]{12})$'),
  name_zh text not null,
  name_en text not null,
  parent_code text references division (code),
  -- Fictitious, made by the demo generator.
  demo boolean not null default false
);
create index division_parent on division (parent_code);

-- Immutable once current: (county, role, date, source). Undo withdraws.
create table layer_version (
  county_code text not null check (county_code ~ '^[0-9]{6}$'),
  layer_version_id uuid not null,
  role text not null,
  as_of date not null,
  state text not null check (state in ('staged', 'current', 'withdrawn')),
  source_name text not null,
  source_hash text not null,
  epsg integer not null,
  -- What names a feature, gives its class, its village and its map label; null where the layer has no such field.
  id_field text,
  class_field text,
  village_field text,
  label_field text,
  -- Names of the attributes, in the order of feature.attributes.
  fields jsonb not null default '[]',
  feature_count integer not null default 0,
  vertex_count bigint not null default 0,
  area_dm2 bigint,
  west double precision,
  south double precision,
  east double precision,
  north double precision,
  -- [{code, features, areaDm2}] by class code, made while saving: the version never changes afterwards.
  class_summary jsonb not null default '[]',
  created_at timestamptz not null,
  created_by text not null,
  primary key (county_code, layer_version_id),
  unique (layer_version_id)
);
create index layer_version_newest on layer_version (county_code, role, created_at desc);

-- The coordinates as delivered: what every analysis reads.
create table layer_batch (
  county_code text not null,
  layer_version_id uuid not null,
  batch_no integer not null,
  feature_count integer not null,
  first_feature_no integer not null,
  last_feature_no integer not null,
  payload bytea not null,
  -- The attribute columns as JSON text.
  columns text not null,
  primary key (county_code, layer_version_id, batch_no),
  foreign key (county_code, layer_version_id) references layer_version on delete cascade
);
-- Doubles do not compress; trying costs time.
alter table layer_batch alter column payload set storage external;

-- The geometry in EPSG 4490 serves index, tiles and identify only.
create table feature (
  county_code text not null,
  layer_version_id uuid not null,
  feature_no integer not null,
  id_text text,
  class_code text,
  village_code text,
  label text,
  area_dm2 bigint,
  -- Values in the order of layer_version.fields.
  attributes jsonb not null,
  west double precision,
  south double precision,
  east double precision,
  north double precision,
  geom geometry(MultiPolygon, 4490),
  primary key (county_code, layer_version_id, feature_no),
  foreign key (county_code, layer_version_id) references layer_version on delete cascade
);
create index feature_place on feature using gist (county_code, layer_version_id, geom);
create index feature_id_text on feature (county_code, layer_version_id, id_text text_pattern_ops);

create table parcel_lineage (
  county_code text not null,
  from_layer_version_id uuid not null,
  from_feature_no integer not null,
  to_layer_version_id uuid not null,
  to_feature_no integer not null,
  kind text not null,
  primary key (county_code, to_layer_version_id, to_feature_no, from_layer_version_id, from_feature_no)
);

-- Map tiles of immutable versions, made once.
create table tile (
  county_code text not null,
  layer_version_id uuid not null,
  z smallint not null,
  x integer not null,
  y integer not null,
  content bytea not null,
  primary key (county_code, layer_version_id, z, x, y),
  foreign key (county_code, layer_version_id) references layer_version on delete cascade
);
alter table tile alter column content set storage external;
