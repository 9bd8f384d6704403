-- Platforms of an installation's own. Every server and every worker reads them from here.

-- Each change of any file has a number of its own, so that none is ever taken for an earlier one.
create sequence platform_file_versions;

create table platform_files (
    name text primary key,
    -- Sealed: the file of a platform may hold a password, and recordings are configurations.
    text_sealed text not null,
    recordings_sealed text not null,
    -- How many recordings there are.
    recordings integer not null check (recordings >= 0),
    version bigint not null default nextval('platform_file_versions'),
    changed_by text not null,
    changed_at timestamptz not null default now()
);
