-- Credentials that sign in with the SSH agent of the worker's machine, and credentials that answer questions.

alter table credentials
    add column uses_agent boolean not null default false,
    -- Fingerprint of the one key of the agent that is used; any of its keys where it is null.
    add column agent_key text,
    -- What devices ask at the sign-in, in the order the patterns are tried: [{"pattern": "token", "answer":
    -- "<sealed>"}].
    add column answers jsonb not null default '[]';

alter table credentials drop constraint credentials_secret;

alter table credentials
    add constraint credentials_secret check (password is not null or signing_key is not null or uses_agent),
    add constraint credentials_agent check (not (uses_agent and (password is not null or signing_key is not null))),
    add constraint credentials_agent_key check (uses_agent or agent_key is null);
