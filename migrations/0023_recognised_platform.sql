-- The platform that a device without one of its own was recognised as having.

alter table devices
    add column recognised_platform text,
    add column recognised_how_sure text check (recognised_how_sure in ('certain', 'likely', 'unsure')),
    add column recognised_at timestamptz,
    -- Platforms that were guessed, tried, and failed.
    add column refuted_platforms text[] not null default '{}',
    add constraint devices_recognised check (
        (recognised_platform is null) = (recognised_how_sure is null)
        and (recognised_platform is null) = (recognised_at is null));

-- What was recognised holds for one device in one place.
create function forget_recognised_platform() returns trigger language plpgsql as $$
begin
    new.recognised_platform := null;
    new.recognised_how_sure := null;
    new.recognised_at := null;
    new.refuted_platforms := '{}';
    return new;
end $$;

create trigger devices_forget_platform before update of device_type, ip_address, port, transport, jump_host_id, direct on devices
    for each row when ((old.device_type, old.ip_address, old.port, old.transport, old.jump_host_id, old.direct)
        is distinct from (new.device_type, new.ip_address, new.port, new.transport, new.jump_host_id, new.direct))
    execute function forget_recognised_platform();
