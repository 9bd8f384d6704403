//! What the demo answers to a request: what depends on the time and on what a person did there is worked out from the world in
//! memory, everything else is as it was recorded.

use jiff::Timestamp;
use netraven_api::configs::DiffConfigs;
use netraven_api::devices::{ApproveDevices, ApprovedDevices, CheckImport, HostKey, ImportDevices, TrustedKey};
use netraven_api::endpoint::Method;
use netraven_api::jobs::RunStarted;
use netraven_api::logs::{Level, LogType};
use netraven_api::platforms::{GetPlatform, PlatformDetails};
use netraven_api::problem::Code;
use netraven_api::runs::{Again, DeviceState, ListRunDevices, RunDevice, Trigger};
use netraven_api::{DeviceId, JobId, JumpHostId, LogId, Problem, Request, RunId, SnapshotId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::edits::gone;
use super::lists::{asked, page};
use super::log::{self, line};
use super::plan::Plan;
use super::world::World;
use super::{charts, configs, policies, runs, tables};

/// An answer as JSON, or why there is none.
type Answered = Result<Value, Problem>;

/// Answers a request at a time.
pub fn answer(world: &mut World, request: &Request, now: Timestamp) -> Answered {
    world.advance(now);
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match request.method {
        Method::Get => read(world, path, &parts, query),
        _ => change(world, request, &parts),
    }
}

fn read(world: &World, path: &str, parts: &[&str], query: &str) -> Answered {
    match parts {
        ["tags"] => give(&tables::tags(world, query)?),
        ["credentials"] => give(&tables::credentials(world, query)?),
        ["jump-hosts"] => give(&tables::jump_hosts(world, query)?),
        ["jump-hosts", id] => {
            let id: JumpHostId = number(id)?;
            let host = world.jump_hosts().into_iter().find(|host| host.id == id);
            give(&host.ok_or_else(|| gone("jump host", id))?)
        }
        ["devices"] => give(&tables::devices(world, query)?),
        ["devices", id] => {
            let device = device(world, id)?;
            give(&tables::device(world, device))
        }
        ["devices", id, "credentials"] => give(&world.logins(device(world, id)?)),
        ["devices", id, "host-key"] => {
            let id = device(world, id)?.id;
            if let Some(key) = world.trusted_keys.iter().rfind(|key| key.device_id == id) {
                return give(key);
            }
            let stored = world.tape.answer(path, world.made).filter(|_| !world.forgotten_keys.contains(&id));
            stored.ok_or_else(|| Problem::new(Code::NotFound, "No host key is stored for this device yet."))
        }
        ["session-policy"] => give(&policies::of_server(world)),
        ["devices", id, "session-policy"] => give(&policies::of_device(world, device(world, id)?)),
        ["tags" | "jump-hosts", _, "session-policy"] => give(&policies::of(world, parts)),
        ["devices", id, "startup", "diff"] => {
            device(world, id)?;
            let missing = || Problem::new(Code::NotFound, "No startup configuration is stored of this device.");
            world.tape.answer(path, world.made).ok_or_else(missing)
        }
        // The devices of the lab have none.
        ["devices", id, "files"] => device(world, id).map(|_| Value::Array(Vec::new())),
        ["platforms"] => give(&tables::platforms(world)),
        ["platforms", "file"] => {
            let wanted: GetPlatform = asked(query)?;
            let recorded: PlatformDetails = world.tape.known(path, world.now);
            if wanted.name == recorded.name { give(&recorded) } else { Err(nothing()) }
        }
        ["jobs"] => give(&tables::jobs(world, query)?),
        ["jobs", id, "matrix"] => {
            let job_id: JobId = number(id)?;
            give(&runs::matrix(world, &netraven_api::matrix::GetJobMatrix { job_id, ..asked(query)? }))
        }
        ["jobs", id] if number::<i64>(id).is_ok() => {
            let job_id: JobId = number(id)?;
            let job = world.jobs.iter().find(|job| job.id == job_id).ok_or_else(|| gone("job", job_id))?;
            give(&tables::job(world, job))
        }
        ["runs"] => give(&runs::list(world, query)?),
        ["runs", "outcomes"] => give(&charts::outcomes(world, query)?),
        ["runs", "timeline"] => give(&charts::timeline(world, query)?),
        ["runs", "summary"] => give(&runs::summary(world, &asked(query)?)),
        ["runs", id] => give(&runs::run(world, plan(world, id)?)),
        ["runs", id, "devices"] => {
            let plan = plan(world, id)?;
            let wanted = ListRunDevices { run_id: plan.id, ..asked(query)? };
            give(&wanted.page_of(runs::devices(world, plan), world.now))
        }
        ["runs", id, "devices", device_id] => give(&run_device(world, plan(world, id)?, number(device_id)?)?),
        ["job-results"] => give(&runs::results(world, query)?),
        ["logs"] => give(&log::list(world, query)?),
        ["logs", "histogram"] => give(&log::histogram(world, query)?),
        ["logs", id] if number::<i64>(id).is_ok() => {
            let id: LogId = number(id)?;
            give(world.lines.iter().find(|line| line.id == id).ok_or_else(|| gone("line", id))?)
        }
        ["api", "backups", "count"] => give(&configs::count(world)),
        ["configs", "search"] => give(&configs::search(world, &asked(query)?)),
        ["configs", "diff"] => {
            let wanted: DiffConfigs = asked(query)?;
            give(&configs::diff(world, wanted).ok_or_else(|| gone("snapshot", wanted.config_id_a))?)
        }
        ["configs", id, "history"] => give(&configs::history(world, number(id)?)),
        ["configs", id] if number::<i64>(id).is_ok() => {
            let id: SnapshotId = number(id)?;
            give(&configs::config(world, id).ok_or_else(|| gone("snapshot", id))?)
        }
        _ => recorded(world, path, query),
    }
}

/// What was recorded at a path; of a list the rows and the page that are asked for.
fn recorded(world: &World, path: &str, query: &str) -> Answered {
    if let Some(rows) = world.tape.list(path, world.now) {
        return give(&page(query, "id", rows, Value::clone)?);
    }
    world.tape.answer(path, world.now).ok_or_else(nothing)
}

fn change(world: &mut World, request: &Request, parts: &[&str]) -> Answered {
    match (request.method, parts) {
        (Method::Post, ["tags"]) => give(&world.add_tag(body(request)?)?),
        (Method::Post, ["credentials"]) => give(&world.add_credential(body(request)?)?),
        (Method::Post, ["devices"]) => give(&world.put_device(None, body(request)?)?),
        (Method::Post, ["devices", "approve"]) => {
            let wanted: ApproveDevices = body(request)?;
            let approved = wanted.devices.into_iter().map(|device| device.id).collect();
            give(&ApprovedDevices { approved, refused: Vec::new() })
        }
        (Method::Post, ["devices", "import"]) => give(&world.import(&body::<ImportDevices>(request)?.csv)?),
        (Method::Post, ["devices", "import", "check"]) => {
            give(&world.check_import(&body::<CheckImport>(request)?.csv)?)
        }
        (Method::Put, ["devices", id]) => give(&world.put_device(Some(number(id)?), body(request)?)?),
        (Method::Delete, ["devices", id]) => give(&world.remove_device(number(id)?)?),
        (Method::Put, ["devices", id, "host-key"]) => {
            let (device_id, key): (DeviceId, TrustedKey) = (device(world, id)?.id, body(request)?);
            let key = HostKey {
                device_id,
                key_type: key.key_type,
                sha256: key.sha256,
                first_seen: world.opened,
                trusted_by: Some("admin".to_owned()),
            };
            world.trusted_keys.push(key.clone());
            give(&key)
        }
        (Method::Delete, ["devices", id, "host-key"]) => {
            let id = device(world, id)?.id;
            world.forgotten_keys.push(id);
            give(&())
        }
        (Method::Put, [.., "session-policy"]) => {
            policies::set(world, parts, body(request)?);
            read(world, &request.path, parts, "")
        }
        (Method::Post, ["platforms", "reload"]) => give(&tables::platforms(world)),
        (Method::Post, ["jobs"]) => give(&world.put_job(None, body(request)?)?),
        (Method::Post, ["jobs", "run", id]) => start(world, number(id)?, None),
        (Method::Put, ["jobs", id]) => give(&world.put_job(Some(number(id)?), body(request)?)?),
        (Method::Delete, ["jobs", id]) => give(&world.remove_job(number(id)?)?),
        (Method::Post, ["runs", id, "again"]) => {
            let (job_id, devices) = wanted(world, number(id)?, &body(request)?)?;
            start(world, job_id, Some(devices))
        }
        (Method::Post, ["runs", id, "cancel"]) => cancel_run(world, number(id)?),
        (Method::Post, ["runs", id, "devices", device_id, "cancel"]) => {
            cancel_device(world, number(id)?, number(device_id)?)
        }
        _ => Err(nothing()),
    }
}

fn start(world: &mut World, job_id: JobId, only: Option<Vec<DeviceId>>) -> Answered {
    let job = world.jobs.iter().find(|job| job.id == job_id).ok_or_else(|| gone("job", job_id))?.clone();
    if tables::is_active(world, job_id) {
        return Err(Problem::new(
            Code::Conflict,
            format!("{} is running. Wait for it to finish, or cancel it.", job.name),
        ));
    }
    let now = world.now;
    let run_id = world.begin(job_id, Trigger::Manual, Some("admin".into()), now, only.as_deref());
    give(&RunStarted {
        message: "The run was started.".into(),
        job_id,
        job_name: job.name,
        queue_job_id: run_id.unwrap_or_default().to_string(),
        run_id,
    })
}

/// The job of an earlier run, and which of its devices are to be run again.
fn wanted(world: &World, run_id: RunId, which: &Again) -> Result<(JobId, Vec<DeviceId>), Problem> {
    let plan = world.plans.iter().find(|plan| plan.id == run_id).ok_or_else(|| gone("run", run_id))?;
    let fits = |device: &&RunDevice| {
        (which.failed != Some(true) || matches!(device.state, DeviceState::Failure | DeviceState::Cancelled))
            && (which.causes.is_empty() || device.cause.is_some_and(|cause| which.causes.contains(&cause)))
            && (which.devices.is_empty() || which.devices.contains(&device.device_id))
    };
    let all = runs::devices(world, plan);
    let devices: Vec<DeviceId> = all.iter().filter(fits).map(|device| device.device_id).collect();
    if devices.is_empty() {
        return Err(Problem::new(Code::Conflict, "None of this run's devices can be run again."));
    }
    Ok((plan.job_id, devices))
}

fn cancel_run(world: &mut World, run_id: RunId) -> Answered {
    let now = world.now;
    let plan = world.plans.iter_mut().find(|plan| plan.id == run_id).ok_or_else(|| gone("run", run_id))?;
    if plan.ended_at(now).is_some() {
        return Err(Problem::new(Code::Conflict, "The run has already ended."));
    }
    plan.cancelled_at = Some(now);
    let said = line(Level::Warning, LogType::Job, "server.runs", "The run was cancelled by admin.");
    let said = netraven_api::logs::LogEntry { job_id: Some(plan.job_id), run_id: Some(run_id), ..said };
    world.say(said);
    let plan = world.plans.iter().find(|plan| plan.id == run_id).ok_or_else(|| gone("run", run_id))?;
    give(&runs::run(world, plan))
}

fn cancel_device(world: &mut World, run_id: RunId, device_id: DeviceId) -> Answered {
    let now = world.now;
    let plan = world.plans.iter_mut().find(|plan| plan.id == run_id).ok_or_else(|| gone("run", run_id))?;
    let job_id = plan.job_id;
    let step =
        plan.steps.iter_mut().find(|step| step.device_id == device_id).ok_or_else(|| gone("device", device_id))?;
    if step.ends <= now {
        return Err(Problem::new(Code::Conflict, "The device has already finished."));
    }
    step.cancelled_at = Some(now);
    let hostname = world.devices.iter().find(|device| device.id == device_id).map(|device| device.hostname.clone());
    let said = line(Level::Warning, LogType::Job, "server.runs", "The device was cancelled by admin.");
    world.say(netraven_api::logs::LogEntry {
        job_id: Some(job_id),
        run_id: Some(run_id),
        device_id: Some(device_id),
        device_name: hostname,
        ..said
    });
    let plan = world.plans.iter().find(|plan| plan.id == run_id).ok_or_else(|| gone("run", run_id))?;
    give(&run_device(world, plan, device_id)?)
}

fn run_device(world: &World, plan: &Plan, device_id: DeviceId) -> Result<RunDevice, Problem> {
    let step = plan.steps.iter().find(|step| step.device_id == device_id);
    step.and_then(|step| runs::device(world, plan, step)).ok_or_else(|| gone("device", device_id))
}

fn device<'a>(world: &'a World, id: &str) -> Result<&'a netraven_api::devices::Device, Problem> {
    let id: DeviceId = number(id)?;
    world.devices.iter().find(|device| device.id == id).ok_or_else(|| gone("device", id))
}

fn plan<'a>(world: &'a World, id: &str) -> Result<&'a Plan, Problem> {
    let id: RunId = number(id)?;
    world.plans.iter().find(|plan| plan.id == id).ok_or_else(|| gone("run", id))
}

fn number<I: From<i64>>(text: &str) -> Result<I, Problem> {
    text.parse::<i64>().map(I::from).map_err(|_| Problem::new(Code::NotFound, format!("{text} is not a number.")))
}

fn body<T: DeserializeOwned>(request: &Request) -> Result<T, Problem> {
    serde_json::from_value(request.body.clone().unwrap_or(Value::Null))
        .map_err(|error| Problem::new(Code::Invalid, format!("The body could not be read: {error}.")))
}

fn give(value: &impl Serialize) -> Answered {
    serde_json::to_value(value)
        .map_err(|error| Problem::new(Code::Internal, format!("The answer cannot be written: {error}.")))
}

fn nothing() -> Problem {
    Problem::new(Code::NotOffered, "The demo has no recording of this.")
}
