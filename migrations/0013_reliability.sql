-- Log lines are written by a function: the lock under which their ids are handed out begins and ends inside the database.
-- A program that stops between two of its statements kept it from everybody else before.

create function append_logs(
    timestamps timestamptz[], log_types text[], levels text[], job_ids bigint[], device_ids bigint[], run_ids bigint[],
    sources text[], messages text[], metas jsonb[]
) returns bigint language plpgsql as $$
declare
    newest bigint;
begin
    -- Held until the lines are visible, so that a reader that has seen an id never misses a smaller one.
    perform pg_advisory_xact_lock(121437724567411);
    with written as (
        insert into logs (timestamp, log_type, level, job_id, device_id, run_id, source, message, meta)
            select * from unnest(timestamps, log_types, levels, job_ids, device_ids, run_ids, sources, messages, metas)
            returning id
    )
    select max(id) into newest from written;
    return newest;
end $$;
