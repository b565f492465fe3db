-- table: organisation
insert into organisation (organisation_id, division_code, name, kind, created_at, created_by) values
  ('00000000-0000-7000-8000-000000000061', '330481', '自然资源和规划局', 'naturalResources', '2026-02-01T00:00:00Z', 'p1');
-- table: appointment
insert into appointment (appointment_id, person_id, organisation_id, role, division_code, valid_from, valid_until, granted_at, granted_by) values
  ('00000000-0000-7000-8000-000000000062', 'p1', '00000000-0000-7000-8000-000000000061', 'clerk', '330481', '2026-02-01', null,
   '2026-02-01T00:00:00Z', 'p0');
