-- Organisations, and who holds which duty in which division from when to when. Nothing is deleted: what is over is closed or revoked.
create table organisation (
  organisation_id uuid primary key,
  division_code text not null check (division_code ~ '^([0-9]{6}|[0-9]{9}|[0-9]{12})$') references division (code),
  name text not null,
  kind text not null,
  created_at timestamptz not null,
  created_by text not null,
  closed_at timestamptz,
  closed_by text
);
create unique index organisation_name on organisation (division_code, name) where closed_at is null;

create table appointment (
  appointment_id uuid primary key,
  person_id text not null references person (id),
  -- Administrators need none.
  organisation_id uuid references organisation,
  role text not null,
  -- Empty: the whole country.
  division_code text not null check (division_code = '' or division_code ~ '^([0-9]{6}|[0-9]{9}|[0-9]{12})$'),
  -- Legal dates in Asia/Shanghai, both inclusive.
  valid_from date not null,
  valid_until date check (valid_until >= valid_from),
  granted_at timestamptz not null,
  granted_by text not null,
  revoked_at timestamptz,
  revoked_by text
);
create index appointment_person on appointment (person_id);
create index appointment_organisation on appointment (organisation_id);
create index appointment_role on appointment (role) where revoked_at is null;
