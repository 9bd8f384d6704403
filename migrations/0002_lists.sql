-- What lists need to stay quick however much there is: kept counts of the log, indexes for the orders people read in.

-- A time as the API writes it.
create function wire_time(at timestamptz) returns text language sql stable parallel safe
    as $$ select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;

-- How many lines of each kind the log holds, by month; whoever drops a month's partition removes the month's rows here.
create table log_counts (
    month date not null,
    log_type text not null,
    level text not null,
    lines bigint not null,
    primary key (month, log_type, level)
) with (fillfactor = 50);

create function count_added_logs() returns trigger language plpgsql as $$
begin
    insert into log_counts as kept (month, log_type, level, lines)
        select date_trunc('month', timestamp at time zone 'UTC')::date, log_type, level, count(*) from added
        group by 1, 2, 3 order by 1, 2, 3
        on conflict (month, log_type, level) do update set lines = kept.lines + excluded.lines;
    return null;
end $$;

create function count_removed_logs() returns trigger language plpgsql as $$
begin
    insert into log_counts as kept (month, log_type, level, lines)
        select date_trunc('month', timestamp at time zone 'UTC')::date, log_type, level, -count(*) from removed
        group by 1, 2, 3 order by 1, 2, 3
        on conflict (month, log_type, level) do update set lines = kept.lines + excluded.lines;
    return null;
end $$;

create trigger logs_added after insert on logs referencing new table as added
    for each statement execute function count_added_logs();
create trigger logs_removed after delete on logs referencing old table as removed
    for each statement execute function count_removed_logs();

insert into log_counts (month, log_type, level, lines)
    select date_trunc('month', timestamp at time zone 'UTC')::date, log_type, level, count(*) from logs group by 1, 2, 3;

create index logs_type on logs (log_type, timestamp, id);
create index device_configurations_retrieved on device_configurations (retrieved_at desc, id desc);
