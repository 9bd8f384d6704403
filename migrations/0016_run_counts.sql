-- What came of a run is counted once, when it ends, and not again at every look at the list of runs.

-- Counting the devices of every run there ever was may take longer than a statement usually may.
set local statement_timeout = 0;

-- All null while the run is active, and for a run whose end was not written by end_run.
alter table job_runs
    add column succeeded bigint,
    add column failed bigint,
    add column changed bigint,
    -- [{"cause": ..., "devices": n}], most first.
    add column causes jsonb,
    -- Median duration, in seconds, of the job's last runs before this one; null where there are none.
    add column usual_seconds double precision;

update job_runs r set succeeded = c.succeeded, failed = c.failed, changed = c.changed, causes = c.causes,
    usual_seconds = (select percentile_cont(0.5) within group (order by extract(epoch from finished_at - started_at))
        from (select finished_at, started_at from job_runs p where p.job_id = r.job_id and p.id < r.id
              and r.repeats is null and p.repeats is null and p.status in ('succeeded', 'partly_failed')
              and p.started_at is not null order by p.id desc limit 10) last_runs)
from (select r.id, count(d.*) filter (where d.state = 'success') as succeeded,
          count(d.*) filter (where d.state in ('failure', 'cancelled')) as failed,
          count(d.*) filter (where d.changed) as changed,
          coalesce((select jsonb_agg(jsonb_build_object('cause', cause, 'devices', n) order by n desc, cause)
              from (select cause, count(*) as n from run_devices x where x.run_id = r.id and x.cause is not null
                    group by cause) by_cause), '[]') as causes
      from job_runs r left join run_devices d on d.run_id = r.id group by r.id) c
where c.id = r.id and r.status not in ('queued', 'running');
