-- Runs of some of a job's devices, and cancelling one device of a run.

-- Who asked to cancel this device alone; null while nobody did.
alter table run_devices add column cancelled_by text;

-- The run of which this one repeats some devices; null for a run of everything. Such a run says nothing about how long the
-- job usually takes.
alter table job_runs add column repeats bigint;
