-- Rows as they were written under this schema. Frozen: a later migration that asks for more brings a section of its own.
-- table: division
insert into division (code, name_zh, name_en, parent_code, demo) values
  ('330481', '海宁市', 'Haining', null, false),
  ('330481001', '许村镇', 'Xucun', '330481', true);
-- table: layer_version
insert into layer_version (county_code, layer_version_id, role, as_of, state, source_name, source_hash, epsg, id_field, class_field,
    fields, feature_count, vertex_count, area_dm2, west, south, east, north, class_summary, created_at, created_by) values
  ('330481', '00000000-0000-7000-8000-000000000021', 'parcels', '2025-12-31', 'current', '三调 "DLTB".zip', 'abababababababababababababababababababababababababababababababab', 4490, 'BSM', null,
   '["BSM", "备注"]', 1, 4, 1063042, 120.5, 30.5, 120.501, 30.501, '[{"code": "0101", "features": 1, "areaDm2": 1063042}]',
   '2026-01-02T03:04:05.678901Z', '张三');
-- table: layer_batch
insert into layer_batch (county_code, layer_version_id, batch_no, feature_count, first_feature_no, last_feature_no, payload, columns) values
  ('330481', '00000000-0000-7000-8000-000000000021', 0, 1, 0, 0, '\x5446423101000000010000000800000000000000000000000000000000205e400000000000803e40f2d24d6210205e400000000000803e40f2d24d6210205e40c74b378941803e400000000000205e40c74b378941803e40000000000400000000000000010000000000000000', E'[["BSM",["33048100001"]],["备注",["引号\\"与\\\\反斜杠\\n换行"]]]');
-- table: feature
insert into feature (county_code, layer_version_id, feature_no, id_text, class_code, village_code, label, area_dm2, attributes,
    west, south, east, north, geom) values
  ('330481', '00000000-0000-7000-8000-000000000021', 0, '33048100001', '0101', '330481001001', null, 1063042, '["33048100001", "引号\"与\\反斜杠\n换行"]',
   120.5, 30.5, 120.501, 30.501, ST_GeomFromText('MULTIPOLYGON(((120.5 30.5,120.501 30.5,120.501 30.501,120.5 30.501,120.5 30.5)))', 4490));
-- table: parcel_lineage
insert into parcel_lineage (county_code, from_layer_version_id, from_feature_no, to_layer_version_id, to_feature_no, kind) values
  ('330481', '00000000-0000-7000-8000-000000000020', 7, '00000000-0000-7000-8000-000000000021', 0, 'split');
-- table: tile
insert into tile (county_code, layer_version_id, z, x, y, content) values ('330481', '00000000-0000-7000-8000-000000000021', 10, 854, 420, '\x00ff10');
