-- What carries a session with a device: SSH, or telnet and raw TCP, which are not encrypted.

alter table devices
    add column transport text not null default 'ssh' check (transport in ('ssh', 'telnet', 'tcp')),
    -- The transport an admin approved; SSH until another one was.
    add column approved_transport text not null default 'ssh';

-- The transport when the run began, or when the device was moved during it.
alter table run_devices add column transport text not null default 'ssh';
