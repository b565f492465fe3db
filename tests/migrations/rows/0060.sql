-- table: person
insert into person (id, username, display_name, created_at, updated_at, password_changed_at) values
  ('p1', 'zhang.san', '张三', '2026-02-01T00:00:00Z', '2026-02-01T00:00:00Z', '2026-02-01T00:00:00Z');
-- table: credential
insert into credential (id, person_id, provider_id, account_id, password_hash, created_at, updated_at) values
  ('c1', 'p1', 'credential', 'p1', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA', '2026-02-01T00:00:00Z', '2026-02-01T00:00:00Z');
-- table: password_history
insert into password_history (person_id, changed_at, password_hash) values ('p1', '2026-01-01T00:00:00Z', '$argon2id$old');
-- table: session
insert into session (id, person_id, token_hash, expires_at, created_at, updated_at, last_seen_at, address) values
  ('s1', 'p1', '1212121212121212121212121212121212121212121212121212121212121212', '2026-02-02T00:00:00Z', '2026-02-01T00:00:00Z', '2026-02-01T00:00:00Z', '2026-02-01T00:00:00Z', '10.0.0.1');
-- table: verification
insert into verification (id, identifier, value, expires_at, created_at, updated_at) values
  ('v1', 'state', 'secret', '2026-02-02T00:00:00Z', '2026-02-01T00:00:00Z', '2026-02-01T00:00:00Z');
-- table: two_factor
insert into two_factor (id, person_id, secret, backup_codes, verified) values ('t1', 'p1', 'encrypted', 'encrypted', true);
-- table: used_code
insert into used_code (person_id, code_hash, used_at) values ('p1', '3434343434343434343434343434343434343434343434343434343434343434', '2026-02-01T00:00:00Z');
-- table: sign_in_guard
insert into sign_in_guard (key, recent, locked_until, day, day_count) values
  ('account:1', '{2026-02-01T00:00:00Z,2026-02-01T00:00:01.25Z}', null, '2026-02-01', 2);
-- table: known_address
insert into known_address (person_id, address_hash, last_used_at) values ('p1', '5656565656565656565656565656565656565656565656565656565656565656', '2026-02-01T00:00:00Z');
-- table: one_time_code
insert into one_time_code (purpose, code_hash, created_at, expires_at, used_at) values
  ('setup', '7878787878787878787878787878787878787878787878787878787878787878', '2026-02-01T00:00:00Z', '2026-02-01T01:00:00Z', '2026-02-01T00:10:00Z');
