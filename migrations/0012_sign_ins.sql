-- Signing out, which a token alone cannot do.

-- What every sign-in of a user carries: a new one ends them all. A user of the same name made later has another.
alter table users add column sign_in_mark uuid not null default gen_random_uuid();

-- The one sign-in that outlives the newest mark: the one that asked for it. Null where none does.
alter table users add column kept_sign_in uuid;
