-- The network the contract is tried on: numbered as its requests expect it, every nullable field both filled and empty.
delete from job_runs;
delete from jobs;
delete from devices;
delete from credentials;
delete from tags;
delete from users where id > 1;

insert into users (id, username, email, full_name, role, is_active, password_hash)
    select u.id, u.username, u.email, u.full_name, u.role, u.is_active, a.password_hash from users a, (values
        (2, 'operator', 'operator@netraven.example.com', 'Olga Operator', 'user', true),
        (3, 'second.admin', null, null, 'admin', true),
        (4, 'inactive', 'inactive@netraven.example.com', null, 'user', false),
        (7, 'temp.user', 'temp@netraven.example.com', 'Temp', 'user', true)
    ) u (id, username, email, full_name, role, is_active) where a.id = 1;

insert into tags (id, name, type, description) values
    (1, 'default', 'system', null), (2, 'core', 'role', 'Core routers'), (3, 'edge', 'role', 'Edge routers'),
    (4, 'access', null, null), (5, 'datacenter', 'location', 'Room 1'), (6, 'branch', 'location', null),
    (7, 'no-devices', 'role', 'Nothing has it'), (8, 'lab', 'custom', null), (9, 'cap tag', 'custom', 'd');

insert into credentials (id, username, password, priority, description, is_system) values
    (1, 'admin', 'sealed', 10, 'Comes with the product', true), (2, 'netops', 'sealed', 20, 'Operations', false),
    (3, 'backup-ro', 'sealed', 50, null, false), (5, 'capuser', 'sealed', 100, null, false),
    (6, 'capuser', 'sealed', 5, null, false);
insert into credential_tags (credential_id, tag_id) values (1, 1), (2, 2), (2, 3), (3, 1), (3, 5), (5, 2);

insert into devices (id, hostname, ip_address, device_type, description, model, serial_number, source, notes, last_seen, updated_by)
    select n, 'device-' || n, '10.20.0.' || n, (array['cisco_ios', 'juniper_junos', 'linux'])[1 + n % 3],
        case when n % 2 = 0 then 'Device ' || n end, case when n % 3 = 0 then 'Model' end, case when n % 4 = 0 then 'SN' || n end,
        case when n % 5 = 0 then 'imported' else 'local' end, case when n % 6 = 0 then 'Looked at each quarter' end,
        case when n % 2 = 0 then now() end, case when n % 7 = 0 then 'admin' end
    from generate_series(1, 36) n;
insert into devices (id, hostname, ip_address, device_type) values
    (37, 'cap-dev-01', '10.99.0.1', 'cisco_ios'), (38, 'cap_dev.v6', '2001:db8::1', 'juniper_junos');
insert into device_tags (device_id, tag_id) select id, 1 from devices union all select id, 2 + id % 5 from devices;

insert into jobs (id, name, description, job_type, schedule_type, interval_seconds, cron_string, scheduled_for, is_enabled,
    status, device_id, is_system_job, started_at, completed_at) values
    (1, 'system-reachability', 'Comes with the product', 'reachability', 'interval', 3600, null, null, true, 'pending', null, true, null, null),
    (2, 'Backup Core Daily', 'Each night', 'config_backup', 'cron', null, '0 2 * * *', null, true, 'COMPLETED_SUCCESS', null, false, now(), now()),
    (3, 'Backup Edge Hourly', null, 'config_backup', 'interval', 3600, null, null, true, 'COMPLETED_FAILURE', null, false, now(), now()),
    (5, 'Branch one-shot', null, 'config_backup', 'onetime', null, null, '2199-01-01', true, 'pending', null, false, null, null),
    (7, 'One device', null, 'config_backup', null, null, null, null, true, 'pending', 5, false, null, null),
    (8, 'Reach core and edge', null, 'reachability', 'interval', 900, null, null, true, 'RUNNING', null, false, now(), null),
    (9, 'Switched off', null, 'config_backup', null, null, null, null, false, 'pending', null, false, null, null),
    (14, 'Touched', null, 'config_backup', null, null, null, null, true, 'queued', null, false, null, null),
    (15, 'Cap job 1', null, 'config_backup', null, null, null, null, true, 'pending', null, false, null, null),
    (17, 'Cap job 4', 'd', 'reachability', 'interval', 300, null, null, true, 'pending', 5, false, null, null),
    (22, 'backup1', null, 'config_backup', null, null, null, null, true, 'pending', 1, false, null, null),
    (23, 'backup10', null, 'config_backup', null, null, null, null, true, 'pending', null, false, null, null),
    (24, 'backup50', null, 'config_backup', null, null, null, null, true, 'pending', null, false, null, null),
    (25, 'reach10', null, 'reachability', null, null, null, null, true, 'pending', null, false, null, null),
    (26, 'reach1', null, 'reachability', null, null, null, null, true, 'pending', 2, false, null, null),
    (27, 'Cron never run', null, 'config_backup', 'cron', null, '0 2 * * *', null, true, 'pending', null, false, null, null);
insert into job_tags (job_id, tag_id) select id, 2 + id % 5 from jobs where device_id is null;
insert into job_tags (job_id, tag_id) values (2, 2), (15, 2) on conflict do nothing;

insert into job_runs (id, job_id, trigger, status, queued_at, started_at, finished_at, devices)
    select n, 2 + n % 2, 'manual', 'succeeded', now() - n * interval '1 hour', now() - n * interval '1 hour',
        now() - n * interval '1 hour' + interval '1 minute', 10 from generate_series(1, 20) n;
insert into run_devices (run_id, device_id, hostname, ip_address, port, device_type, state, finished_at)
    select r.id, d.id, d.hostname, d.ip_address, 22, d.device_type, 'success', r.finished_at from job_runs r, devices d where d.id <= 10;
insert into job_results (id, run_id, job_id, device_id, job_type, status, result_time, details)
    select (r.id - 1) * 10 + d.id, r.id, r.job_id, d.id, case when r.id % 2 = 0 then 'config_backup' else 'reachability' end,
        case when d.id % 3 = 0 then 'failure' else 'success' end, r.finished_at,
        case when (r.id - 1) * 10 + d.id <> 78 then '{"changed": true}'::jsonb end
    from job_runs r, devices d where d.id <= 10;

insert into device_configurations (id, device_id, config_data, fingerprint, config_metadata, retrieved_at)
    select (d.id - 1) * 3 + n, d.id, 'hostname device-' || d.id || chr(10) || ' description uplink v' || n || chr(10) || 'end', 'x',
        jsonb_build_object('hostname', d.hostname), now() - (4 - n) * interval '1 day' from devices d, generate_series(1, 3) n;

select setval(pg_get_serial_sequence('users', 'id'), 1000), setval(pg_get_serial_sequence('tags', 'id'), 1000),
    setval(pg_get_serial_sequence('credentials', 'id'), 1000), setval(pg_get_serial_sequence('devices', 'id'), 1000),
    setval(pg_get_serial_sequence('jobs', 'id'), 1000), setval(pg_get_serial_sequence('job_runs', 'id'), 1000),
    setval(pg_get_serial_sequence('job_results', 'id'), 1000),
    setval(pg_get_serial_sequence('device_configurations', 'id'), 1000);
