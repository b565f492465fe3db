-- Divisions take turns: whose job was taken last is looked up each time one is taken.
create index job_turns on job (division_code, started_at desc);
