-- The crypto report looks up the newest result of each device that has agreed algorithms, now and at the end of past
-- weeks. Results of other kinds, of which there may be many more, are not read for it.

-- Every result is read once.
set local statement_timeout = 0;

create index job_results_agreed on job_results (device_id, result_time desc) where details #>> '{algorithms,kex}' <> '';
