-- Problems of a report are written in short statements before the report itself, under its number: nobody reads them until the
-- report of that number stands, and the one before is read until then.
alter table quality_report add column report_no integer not null default 0;
alter table quality_problem add column report_no integer not null default 0;
alter table quality_problem drop constraint quality_problem_pkey;
alter table quality_problem add primary key (county_code, layer_version_id, report_no, sequence);
alter table quality_problem drop constraint quality_problem_county_code_layer_version_id_fkey;
alter table quality_problem add foreign key (county_code, layer_version_id) references layer_version on delete cascade;
drop index quality_problem_rule;
create index quality_problem_rule on quality_problem (county_code, layer_version_id, report_no, rule, sequence);
