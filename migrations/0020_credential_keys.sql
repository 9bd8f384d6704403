-- Credentials that hold a private key, alone or beside a password.

alter table credentials alter column password drop not null;

alter table credentials
    -- Sealed texts: the key as it was entered, the passphrase it was entered with, and the key as sessions use it, in
    -- OpenSSH's form and without a passphrase.
    add column private_key text,
    add column passphrase text,
    add column signing_key text,
    -- Its public half, for people.
    add column key_type text,
    add column key_sha256 text;

alter table credentials
    add constraint credentials_secret check (password is not null or signing_key is not null);
