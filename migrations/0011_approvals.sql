-- Where credentials may go: what of a device an admin approved, and the networks a credential is confined to.

-- Many devices are filled in at once; that may take longer than a statement usually may.
set local statement_timeout = 0;

alter table devices
    -- Address, port and platform as an admin approved them, and the tags. A device that is otherwise now waits for an admin,
    -- and no credential is sent to it; null until it was approved once.
    add column approved_address text,
    add column approved_port integer,
    add column approved_type text,
    add column approved_tags bigint[] not null default '{}',
    add column approved_by text,
    add column approved_at timestamptz,
    -- Who gave the device its present address, port, platform or tags, and when.
    add column aimed_by text,
    add column aimed_at timestamptz;

-- What is there was added when everybody was trusted with it; nobody in particular approved it.
update devices d set approved_address = ip_address, approved_port = port, approved_type = device_type,
    approved_tags = array(select tag_id from device_tags where device_id = d.id), approved_at = now();

-- Networks in CIDR form, the only ones the credential is sent to; none of them: it is sent to any address.
alter table credentials add column allowed_networks text[] not null default '{}';
