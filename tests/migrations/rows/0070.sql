-- table: audit_head
insert into audit_head (chain, sequence, hash, at, key_id, signature) values
  ('330481', 2, '6a2e3337fdd1628125b881dbdaf2bf4afde0ce2eb5d96aa1a2911665efd1df2f', '2026-02-01T00:00:00Z', '0123456789abcdef', 'c2lnbmF0dXJl');
