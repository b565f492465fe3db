-- Where a write came from. Null in events of before and of the program itself: an event without an address is hashed as it
-- always was, so chains written earlier still verify.
alter table audit_event add column address text;

-- The viewer: newest first over all chains, of a person, of an operation, of an object, and what was refused.
create index audit_event_newest on audit_event (at desc, chain desc, sequence desc);
create index audit_event_actor on audit_event (actor, at desc);
create index audit_event_operation on audit_event (operation, at desc);
create index audit_event_refused on audit_event (at desc, chain desc, sequence desc) where result <> 'done';
drop index audit_event_object;
create index audit_event_object on audit_event (object_id, at desc);
-- Other objects an event speaks of: {"about": [identifiers]}.
create index audit_event_about on audit_event using gin ((detail -> 'about')) where detail -> 'about' is not null;

-- Signed heads: what the last event of a chain was at a time. They are also kept in a file outside the database.
create table audit_head (
  chain text not null,
  sequence bigint not null,
  hash text not null,
  at timestamptz not null,
  key_id text not null,
  -- Ed25519 over the canonical text of the head, base64.
  signature text not null,
  primary key (chain, sequence, at)
);
create index audit_head_newest on audit_head (at desc, chain);
create trigger audit_head_appended_only before update or delete or truncate on audit_head
  for each statement execute function audit_event_refuse_change();

-- The outcome of a job is an event of the person who asked for it, with the address it was asked from.
alter table job add column address text;
