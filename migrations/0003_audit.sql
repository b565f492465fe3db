-- Who did what. Appended only, one hash chain a county (and one, 'system', for what concerns none).
create table audit_event (
  chain text not null,
  sequence bigint not null,
  at timestamptz not null,
  actor text not null,
  role text not null,
  division_code text not null,
  operation text not null,
  object_kind text not null,
  object_id text not null,
  before_hash text,
  after_hash text,
  result text not null,
  detail jsonb,
  previous_hash text not null,
  hash text not null,
  primary key (chain, sequence),
  -- Two events can never follow the same one.
  unique (chain, previous_hash)
);
create index audit_event_object on audit_event (object_kind, object_id);

create function audit_event_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'audit events are appended only' using errcode = '55000';
end
$$;
create trigger audit_event_appended_only before update or delete or truncate on audit_event
  for each statement execute function audit_event_refuse_change();
