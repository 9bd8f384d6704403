-- Host keys that an admin chose to trust, beside those stored on first use.

-- Who trusted the key in place of another one; null for a key that was stored on first use.
alter table host_keys add column trusted_by text;
