//! Every recorded session under `devices/` gives, cleaned and with its secrets hidden, what its case says.

use anyhow::Context as _;
use netraven_backend::platforms::{Definition, Purpose, Redactor, Registry, clean, facts, significant};

use super::cases::{self, Case, CaseFacts};

/// Platforms whose commands are never paged, although a pager is known of them.
const UNPAGED: [&str; 1] = ["linux"];

/// Everything that is not as the case says.
fn compare(case: &Case, registry: &Registry) -> anyhow::Result<Vec<String>> {
    let recording = &case.recording;
    let definition =
        registry.get(&recording.platform).with_context(|| format!("no platform {}", recording.platform))?;
    let mut wrong = Vec::new();
    let prompt = recording.prompt.rsplit('\n').next().unwrap_or_default();
    if definition.prompt_of(prompt).is_none() {
        wrong.push(format!("{prompt:?} is not seen as a prompt"));
    }
    for off in &definition.paging.off {
        match recording.exchange(&off.send) {
            Some(exchange) => wrong.extend(definition.is_error(&exchange.answer).filter(|_| !off.optional)),
            None if off.optional => {}
            None => wrong.push(format!("the recording lacks {:?}", off.send)),
        }
    }
    let (about, config) = answers(case, &definition, &mut wrong);
    let redacted = Redactor::new(&definition, &[7; 32]).redact(&config);
    if redacted.hidden != case.says.hidden {
        wrong.push(format!("{} secrets are hidden, not {}", redacted.hidden, case.says.hidden));
    }
    for secret in &case.says.secrets {
        if !config.contains(secret) {
            wrong.push(format!("the secret {secret} was never there"));
        }
        if redacted.text.contains(secret) {
            wrong.push(format!("the secret {secret} shows"));
        }
    }
    let holds = |text: &&String| redacted.text.contains(*text);
    wrong.extend(case.says.kept.iter().filter(|kept| !holds(kept)).map(|kept| format!("{kept:?} is lost")));
    wrong.extend(case.says.gone.iter().filter(holds).map(|gone| format!("{gone:?} is left")));
    let found = CaseFacts::from(facts(&definition, &about));
    if found != case.says.facts {
        wrong.push(format!("{found:?} instead of {:?}", case.says.facts));
    }
    if case.expected != redacted.text {
        wrong.push(format!("expected.cfg differs from:\n{}", redacted.text));
    }
    Ok(wrong)
}

/// What the device says about itself, and its configuration, both cleaned.
fn answers(case: &Case, definition: &Definition, wrong: &mut Vec<String>) -> (String, String) {
    let recording = &case.recording;
    let prompt = recording.prompt.rsplit('\n').next().unwrap_or_default();
    let before_prompt = &recording.prompt[..recording.prompt.len() - prompt.len()];
    let (mut about, mut config) = (String::new(), String::new());
    for command in &definition.commands {
        let Some(exchange) = recording.exchange(&command.send) else {
            wrong.push(format!("the recording lacks {:?}", command.send));
            continue;
        };
        let echo = match exchange.echo.as_deref() {
            Some("") => String::new(),
            echo => format!("{}\r\n", echo.unwrap_or(&command.send)),
        };
        let wire = format!("{echo}{}{before_prompt}", exchange.answer).replace("\r\n", "\n").replace('\n', "\r\n");
        let text = clean(definition, command, wire.as_bytes());
        if let Some(line) = definition.is_error(&text) {
            wrong.extend((!command.optional).then_some(line));
            continue;
        }
        match command.purpose {
            Purpose::Facts => about.push_str(&text),
            Purpose::Config => {
                let significant = significant(definition, &text);
                let last = significant.lines().last().unwrap_or_default();
                if command.end.as_ref().is_some_and(|end| !end.is_match(last)) {
                    wrong.push(format!("the end marker is not the last line but {last:?}"));
                }
                if command.must_contain.as_ref().is_some_and(|must| !must.is_match(&text)) {
                    wrong.push("what a configuration must contain is missing".to_owned());
                }
                config.push_str(&significant);
            }
        }
    }
    (about, config)
}

#[test]
fn every_recording_gives_what_its_case_says() -> anyhow::Result<()> {
    let (registry, refused) = Registry::load(None);
    assert!(refused.is_empty(), "{refused:?}");
    let mut wrong = Vec::new();
    for case in cases::all()? {
        wrong.extend(compare(&case, &registry)?.into_iter().map(|sentence| case.sentence(sentence)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// A recording without them proves neither that the pager is answered nor that the privileged mode is entered.
#[test]
fn every_platform_of_ours_has_recordings_with_its_pager_and_its_privileged_mode() -> anyhow::Result<()> {
    let cases = cases::all()?;
    let mut lacks = Vec::new();
    for definition in Registry::load(None).0.iter() {
        let name = definition.name.as_str();
        let own: Vec<_> = cases.iter().map(|case| &case.recording).filter(|it| it.platform == name).collect();
        let paged = !definition.paging.more.is_empty() && !UNPAGED.contains(&name);
        if own.is_empty() {
            lacks.push(format!("{name} has no recording under tests/devices"));
        }
        if paged && own.iter().all(|recording| recording.pager.is_none()) {
            lacks.push(format!("no recording of {name} has a [pager]"));
        }
        if !definition.privilege.is_empty() && own.iter().all(|recording| recording.privilege.is_none()) {
            lacks.push(format!("no recording of {name} has a [privilege]"));
        }
    }
    assert!(lacks.is_empty(), "{}", lacks.join("\n"));
    Ok(())
}

#[test]
fn every_recorded_device_refuses_as_its_platform_does() -> anyhow::Result<()> {
    let registry = Registry::load(None).0;
    for case in cases::all()? {
        let refusal = &case.recording.refusal;
        let definition = registry.get(&case.recording.platform).with_context(|| case.sentence("no such platform"))?;
        assert!(definition.is_error(refusal).is_some(), "{}", case.sentence(format!("{refusal:?} is no refusal")));
    }
    Ok(())
}
