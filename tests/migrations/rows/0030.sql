-- table: project
insert into project (county_code, project_id, name, type, contents, plot_count, area_dm2, west, south, east, north, file_name, plan_hash,
    plan_geojson, remarks, created_at, created_by) values
  ('330481', '00000000-0000-7000-8000-000000000041', '许村整治', null, '["farmland"]', 1, 1063042, 120.5, 30.5, 120.501, 30.501, 'plan.gpkg', 'abababababababababababababababababababababababababababababababab',
   '{"type": "FeatureCollection", "features": []}', '[]', '2026-01-04T03:04:05Z', '张三');
-- table: stored_pack
insert into stored_pack (hash, pack_id, version, content) values ('cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd', 'qinzhou-2020', '1', '{"id": "qinzhou-2020"}');
-- table: run
insert into run (county_code, run_id, project_id, pack_hash, input_hash, state, job_id, inputs, files, refusals, created_at, created_by) values
  ('330481', '00000000-0000-7000-8000-000000000051', '00000000-0000-7000-8000-000000000041', 'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd', 'efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef', 'done', null, '[{"role": "parcels", "layerVersionId": "00000000-0000-7000-8000-000000000021"}]',
   '{"balance.json": "abababababababababababababababababababababababababababababababab"}', '[]', '2026-01-05T03:04:05Z', '张三');
