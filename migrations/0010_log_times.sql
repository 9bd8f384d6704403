-- How many lines of each kind the log holds, by minute and by hour: the histogram over the log reads them instead of the lines.
-- Whoever drops a month's partition removes the month's rows here, as in log_counts.

-- Filling the table from a large log may take longer than a statement usually may.
set local statement_timeout = 0;

create table log_times (
    step_s integer not null check (step_s in (60, 3600)),
    at timestamptz not null,
    log_type text not null,
    level text not null,
    lines bigint not null,
    primary key (step_s, at, log_type, level)
) with (fillfactor = 50);

create function log_step(step_s integer, at timestamptz) returns timestamptz language sql immutable parallel safe
    as $$ select date_bin(make_interval(secs => step_s), at, timestamptz '1970-01-01 00:00:00+00') $$;

create function time_added_logs() returns trigger language plpgsql as $$
begin
    insert into log_times as kept (step_s, at, log_type, level, lines)
        select s.step_s, log_step(s.step_s, timestamp), log_type, level, count(*)
        from added cross join (values (60), (3600)) s (step_s)
        group by 1, 2, 3, 4 order by 1, 2, 3, 4
        on conflict (step_s, at, log_type, level) do update set lines = kept.lines + excluded.lines;
    return null;
end $$;

create function time_removed_logs() returns trigger language plpgsql as $$
begin
    insert into log_times as kept (step_s, at, log_type, level, lines)
        select s.step_s, log_step(s.step_s, timestamp), log_type, level, -count(*)
        from removed cross join (values (60), (3600)) s (step_s)
        group by 1, 2, 3, 4 order by 1, 2, 3, 4
        on conflict (step_s, at, log_type, level) do update set lines = kept.lines + excluded.lines;
    return null;
end $$;

create trigger logs_added_times after insert on logs referencing new table as added
    for each statement execute function time_added_logs();
create trigger logs_removed_times after delete on logs referencing old table as removed
    for each statement execute function time_removed_logs();

insert into log_times (step_s, at, log_type, level, lines)
    select 60, log_step(60, timestamp), log_type, level, count(*) from logs group by 2, 3, 4;
insert into log_times (step_s, at, log_type, level, lines)
    select 3600, log_step(3600, at), log_type, level, sum(lines) from log_times where step_s = 60 group by 2, 3, 4;
