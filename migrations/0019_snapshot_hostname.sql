-- A snapshot bears the name its device had when it was stored; whether that is still its name decides if the text is stored
-- once more under another one. Until now the name was one of the metadata, which keep it in old rows.

-- There may be many snapshots.
set local statement_timeout = 0;

-- Null where no name was kept.
alter table device_configurations add column hostname text;

update device_configurations set hostname = config_metadata ->> 'hostname';
