-- What a run under way has come to so far is kept as its devices change, and not counted again at every look at the list of
-- runs. Each change adds rows, with -1 for what the device was and 1 for what it is, so that no writer waits for another; the
-- scheduler puts them together every second, and drops those of runs that have ended, which have their counts in job_runs.

create table run_tallies (
    -- No reference: its lock on the run would make writers and a cancellation wait for each other.
    run_id bigint not null,
    state text not null,
    cause text,
    changed boolean not null,
    devices bigint not null
);
create index run_tallies_run on run_tallies (run_id);

create function tally_added_devices() returns trigger language plpgsql as $$
begin
    insert into run_tallies (run_id, state, cause, changed, devices)
        select run_id, state, cause, changed is true, count(*) from added group by 1, 2, 3, 4;
    return null;
end $$;

create function tally_changed_device() returns trigger language plpgsql as $$
begin
    insert into run_tallies (run_id, state, cause, changed, devices) values
        (old.run_id, old.state, old.cause, old.changed is true, -1),
        (new.run_id, new.state, new.cause, new.changed is true, 1);
    return null;
end $$;

create trigger run_devices_added after insert on run_devices referencing new table as added
    for each statement execute function tally_added_devices();
-- Not for the beat of a worker's heart, nor for a stage.
create trigger run_devices_changed after update on run_devices for each row
    when ((old.state, old.cause, old.changed is true) is distinct from (new.state, new.cause, new.changed is true))
    execute function tally_changed_device();

insert into run_tallies (run_id, state, cause, changed, devices)
    select d.run_id, d.state, d.cause, d.changed is true, count(*) from run_devices d join job_runs r on r.id = d.run_id
    where r.status in ('queued', 'running') group by 1, 2, 3, 4;
