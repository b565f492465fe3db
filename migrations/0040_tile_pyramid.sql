-- The pyramid of a layer version: every tile of the upper zooms is made while the version is saved (table tile), and deeper
-- ones are cut out of pieces: all features of one square of zoom 14 with whole numbers for coordinates.
create table tile_piece (
  county_code text not null,
  layer_version_id uuid not null,
  x integer not null,
  y integer not null,
  content bytea not null,
  primary key (county_code, layer_version_id, x, y),
  foreign key (county_code, layer_version_id) references layer_version on delete cascade
);
-- Differences of whole numbers hardly compress further; trying costs time.
alter table tile_piece alter column content set storage external;

-- True: a tile that is not in the tables is empty. False (saved before there were pyramids, or withdrawn): cut from features.
alter table layer_version add column tiles_built boolean not null default false;

-- Tiles kept until now were cut by other rules.
delete from tile;
