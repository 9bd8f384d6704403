//! Every recorded session under `devices/` gives, cleaned and with its secrets hidden, what its case says.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use netraven_backend::platforms::{Purpose, Redactor, Registry, clean, facts, significant};
use netraven_backend::session::{Answer, text_of};
use serde::Deserialize;

/// What a device said, exchange by exchange.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Session {
    platform: String,
    #[serde(rename = "hostname")]
    _hostname: String,
    prompt: String,
    #[serde(rename = "banner")]
    _banner: String,
    exchange: Vec<Exchange>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    send: String,
    echo: Option<String>,
    answer: String,
}

/// What has to come of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    hidden: usize,
    secrets: Vec<String>,
    kept: Vec<String>,
    gone: Vec<String>,
    facts: Told,
}

#[derive(Deserialize, Default, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Told {
    model: Option<String>,
    serial: Option<String>,
    version: Option<String>,
}

/// The folder of every case.
fn cases() -> anyhow::Result<Vec<PathBuf>> {
    let mut cases = Vec::new();
    for platform in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("devices"))? {
        for case in fs::read_dir(platform?.path())? {
            cases.push(case?.path());
        }
    }
    cases.sort();
    Ok(cases)
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    toml::from_str(&text).with_context(|| path.display().to_string())
}

/// Everything that is not as the case says.
fn replay(folder: &Path, registry: &Registry) -> anyhow::Result<Vec<String>> {
    let session: Session = read(&folder.join("session.toml"))?;
    let case: Case = read(&folder.join("case.toml"))?;
    let definition = registry.get(&session.platform).with_context(|| format!("no platform {}", session.platform))?;
    let mut wrong = Vec::new();
    let prompt = session.prompt.rsplit('\n').next().unwrap_or_default();
    if definition.prompt_of(prompt).is_none() {
        wrong.push(format!("{prompt:?} is not seen as a prompt"));
    }
    let exchange = |send: &str| session.exchange.iter().find(|exchange| exchange.send == send);
    for off in &definition.paging.off {
        match exchange(&off.send) {
            Some(exchange) => wrong.extend(definition.is_error(&exchange.answer).filter(|_| !off.optional)),
            None if off.optional => {}
            None => wrong.push(format!("the recording lacks {:?}", off.send)),
        }
    }
    let mut answers = Vec::new();
    for (place, command) in definition.commands.iter().enumerate() {
        let Some(exchange) = exchange(&command.send) else {
            wrong.push(format!("the recording lacks {:?}", command.send));
            continue;
        };
        let echo = match exchange.echo.as_deref() {
            Some("") => String::new(),
            echo => format!("{}\r\n", echo.unwrap_or(&command.send)),
        };
        let before_prompt = &session.prompt[..session.prompt.len() - prompt.len()];
        let wire = format!("{echo}{}{before_prompt}", exchange.answer).replace("\r\n", "\n").replace('\n', "\r\n");
        let text = clean(&definition, command, wire.as_bytes());
        if let Some(line) = definition.is_error(&text) {
            wrong.extend((!command.optional).then_some(line));
            continue;
        }
        if command.purpose == Purpose::Config {
            let significant = significant(&definition, &text);
            let last = significant.lines().last().unwrap_or_default();
            if command.end.as_ref().is_some_and(|end| !end.is_match(last)) {
                wrong.push(format!("the end marker is not the last line but {last:?}"));
            }
            if command.must_contain.as_ref().is_some_and(|must| !must.is_match(&text)) {
                wrong.push("what a configuration must contain is missing".to_owned());
            }
        }
        let (sent, heading) = (command.send.clone(), command.heading.clone());
        answers.push(Answer { command: place, sent, heading, raw: Vec::new(), text });
    }
    let about = text_of(&definition, &answers, Purpose::Facts);
    let config = significant(&definition, &text_of(&definition, &answers, Purpose::Config));
    let redacted = Redactor::new(&definition, &[7; 32]).redact(&config);
    if redacted.hidden != case.hidden {
        wrong.push(format!("{} secrets are hidden, not {}", redacted.hidden, case.hidden));
    }
    for secret in &case.secrets {
        if !config.contains(secret) {
            wrong.push(format!("the secret {secret} was never there"));
        }
        if redacted.text.contains(secret) {
            wrong.push(format!("the secret {secret} shows"));
        }
    }
    wrong
        .extend(case.kept.iter().filter(|kept| !redacted.text.contains(*kept)).map(|kept| format!("{kept:?} is lost")));
    wrong.extend(case.gone.iter().filter(|gone| redacted.text.contains(*gone)).map(|gone| format!("{gone:?} is left")));
    let found = facts(&definition, &about);
    let told = Told { model: found.model, serial: found.serial, version: found.version };
    if told != case.facts {
        wrong.push(format!("{told:?} instead of {:?}", case.facts));
    }
    if fs::read_to_string(folder.join("expected.cfg"))? != redacted.text {
        wrong.push(format!("expected.cfg differs from:\n{}", redacted.text));
    }
    Ok(wrong)
}

#[test]
fn every_recording_gives_what_its_case_says() -> anyhow::Result<()> {
    let (registry, refused) = Registry::load(None);
    assert!(refused.is_empty(), "{refused:?}");
    let mut wrong = Vec::new();
    for folder in cases()? {
        let found = replay(&folder, &registry)?;
        wrong.extend(found.into_iter().map(|sentence| format!("{}: {sentence}", folder.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[test]
fn every_platform_of_ours_has_a_recording() -> anyhow::Result<()> {
    let mut recorded: Vec<String> = Vec::new();
    for folder in cases()? {
        recorded.push(read::<Session>(&folder.join("session.toml"))?.platform);
    }
    for definition in Registry::load(None).0.iter() {
        assert!(recorded.contains(&definition.name), "{} has no recording under tests/devices", definition.name);
    }
    Ok(())
}
