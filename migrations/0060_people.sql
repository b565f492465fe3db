-- Who people are: accounts, credentials, sessions, second factors, and the guard against guessing. person, session, credential,
-- verification and two_factor are the tables of better-auth under names of ours; times are those of the server's clock.
create table person (
  id text primary key,
  -- Lower case. What a person signs in with, and what the audit log names.
  username text not null unique check (username ~ '^[a-z][a-z0-9._-]{2,31}$'),
  display_name text not null,
  -- better-auth wants an address of mail to name a person by; nobody's is kept, so it is given the name.
  email text generated always as (username) stored,
  organisation_id uuid,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  disabled_at timestamptz,
  must_change_password boolean not null default false,
  password_changed_at timestamptz,
  two_factor_enabled boolean not null default false,
  last_sign_in_at timestamptz,
  -- A first sign-in through the provider of identities may link this person by the name it states.
  may_link boolean not null default false
);

-- How a person proves it: provider 'credential' with a password hash (argon2id), or a provider of identities with its subject.
create table credential (
  id text primary key,
  person_id text not null references person (id) on delete cascade,
  provider_id text not null,
  account_id text not null,
  password_hash text,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (provider_id, account_id)
);
create index credential_person on credential (person_id);

-- Former password hashes, so that the last ones are not taken again.
create table password_history (
  person_id text not null references person (id) on delete cascade,
  changed_at timestamptz not null,
  password_hash text not null,
  primary key (person_id, changed_at)
);

-- A row lives as long as its session. The token itself is in the browser alone.
create table session (
  id text primary key,
  person_id text not null references person (id) on delete cascade,
  token_hash text not null unique,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  last_seen_at timestamptz not null,
  address text,
  agent text,
  -- Acted under; looked up again at every request.
  appointment_id uuid,
  -- The password was right, the second factor is still to come: the session is good for nothing else.
  second_factor_pending boolean not null default false
);
create index session_person on session (person_id);
create index session_end on session (expires_at);

-- Short-lived secrets of a sign-in through a provider of identities.
create table verification (
  id text primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index verification_identifier on verification (identifier);

-- Secrets are encrypted with the server's key, which is not in the database.
create table two_factor (
  id text primary key,
  person_id text not null unique references person (id) on delete cascade,
  secret text not null,
  backup_codes text not null,
  verified boolean not null default false,
  failed_verification_count integer not null default 0,
  locked_until timestamptz
);

-- Codes of an authenticator are good once.
create table used_code (
  person_id text not null references person (id) on delete cascade,
  code_hash text not null,
  used_at timestamptz not null,
  primary key (person_id, code_hash)
);

-- Failed guesses, counted before a password is looked at. Keys: what is guarded, hashed.
create table sign_in_guard (
  key text primary key,
  -- The account it concerns, hashed; null for what concerns an address alone.
  account_hash text,
  -- Guesses of the last window, and the end of a lock they brought about.
  recent timestamptz[] not null default '{}',
  locked_until timestamptz,
  -- Guesses of one legal day.
  day date not null,
  day_count integer not null default 0
);
create index sign_in_guard_account on sign_in_guard (account_hash);

-- Addresses a person signed in from: guessers elsewhere do not lock the person out there.
create table known_address (
  person_id text not null references person (id) on delete cascade,
  address_hash text not null,
  last_used_at timestamptz not null,
  primary key (person_id, address_hash)
);

-- The code printed at a first start, as a hash. The setting up is done where used_at stands.
create table one_time_code (
  purpose text primary key check (purpose in ('setup')),
  code_hash text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
