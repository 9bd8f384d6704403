-- What addresses are sorted by: those of IPv4 by their numbers, then those of IPv6, then names. As text, 10.0.0.10 would come
-- before 10.0.0.2.
create function address_order(address text) returns text language plpgsql immutable strict parallel safe as $$
begin
    return encode(inet_send(address::inet), 'hex');
exception when invalid_text_representation then
    return 'name ' || lower(address);
end $$;

create index devices_address_order on devices (address_order(ip_address), id);
