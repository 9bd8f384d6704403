-- Link-local addresses may have a zone, such as fe80::1%eth0, which inet does not know: they are sorted among the others of
-- IPv6, and by their zones behind that.
create or replace function address_order(address text) returns text language plpgsql immutable strict parallel safe as $$
begin
    return encode(inet_send(split_part(address, '%', 1)::inet), 'hex') || substr(address, length(split_part(address, '%', 1)) + 1);
exception when invalid_text_representation then
    return 'name ' || lower(address);
end $$;

reindex index devices_address_order;
