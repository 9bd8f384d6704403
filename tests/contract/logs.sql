-- Log lines of every kind, written once: nothing the contract asks changes them.
update users set id = 1, email = 'admin@netraven.example.com' where username = 'admin';
insert into logs (timestamp, log_type, level, job_id, device_id, source, message, meta)
    select timestamptz '2026-11-21 12:00:00Z' + n * interval '1 minute', (array['job', 'connection', 'session', 'system'])[1 + n % 4],
        (array['INFO', 'ERROR', 'WARNING', 'DEBUG', 'CRITICAL'])[1 + n % 5], case when n % 2 = 0 then 2 + n % 2 end,
        case when n % 3 = 0 then 1 + n % 10 end, case when n % 7 <> 0 then 'worker' end, 'line ' || n || ' timeout',
        case when n % 5 <> 0 then '{}'::jsonb end
    from generate_series(1, 400) n;
insert into logs (id, timestamp, log_type, level, message) values (2000, '2026-11-20 12:00:00Z', 'system', 'INFO', 'line');
