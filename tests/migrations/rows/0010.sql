-- table: import
insert into import (county_code, import_id, role, as_of, state, job_id, file_name, file_size, file_hash, options, facts, mapping,
    feature_count, bad_count, layer_version_id, created_at, created_by) values
  ('330481', '00000000-0000-7000-8000-000000000011', 'parcels', '2025-12-31', 'committed', null, '三调.zip', 12345678901, 'abababababababababababababababababababababababababababababababab', '{"encoding": "gb18030"}',
   '{"format": "shapefile", "layerName": "DLTB", "layerNames": ["DLTB"], "fields": [], "encoding": null, "crs": null, "box": null, "problemGroups": [], "refusals": []}',
   '[{"source": "BSM", "target": "BSM", "decidedBy": "exact"}]', 1, 0, '00000000-0000-7000-8000-000000000021', '2026-01-02T03:04:05Z', '张三');
-- table: staged_batch
insert into staged_batch (county_code, import_id, batch_no, payload, columns, problems, bad) values
  ('330481', '00000000-0000-7000-8000-000000000011', 0, '\x5446423101000000010000000800000000000000000000000000000000205e400000000000803e40f2d24d6210205e400000000000803e40f2d24d6210205e40c74b378941803e400000000000205e40c74b378941803e40000000000400000000000000010000000000000000', E'[["BSM",["33048100001"]],["备注",["引号\\"与\\\\反斜杠\\n换行"]]]', '[]', '{0,1}');
-- table: import_problem
insert into import_problem (county_code, import_id, sequence, rule, severity, feature_no, body) values
  ('330481', '00000000-0000-7000-8000-000000000011', 0, 'geometry.spike', 'warning', 0, '{"rule": "geometry.spike", "severity": "warning", "featureNo": 0, "id": null, "message": {"zh": "尖刺", "en": "a spike"}}');
-- table: mapping_memory
insert into mapping_memory (county_code, role, fields_key, mapping, updated_at) values
  ('330481', 'parcels', 'BSM,备注', '[{"source": "BSM", "target": "BSM", "decidedBy": "user"}]', '2026-01-02T03:04:05Z');
