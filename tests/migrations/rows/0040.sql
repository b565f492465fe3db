-- table: tile_piece
insert into tile_piece (county_code, layer_version_id, x, y, content) values ('330481', '00000000-0000-7000-8000-000000000021', 13670, 6720, '\x0102');
