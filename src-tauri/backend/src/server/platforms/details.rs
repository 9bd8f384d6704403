//! How a platform is defined, as people look at it.

use netraven_api::platforms::{CommandPurpose, PlatformCommand, PlatformDetails};

use super::number;
use crate::platforms::{Command, Definition, Purpose, Via};

/// What a definition says, beside the text of its file.
pub fn of(definition: &Definition, text: &str) -> PlatformDetails {
    let volatile = definition.volatile.len() + definition.volatile_blocks.len();
    let unstable = definition.unstable.len() + definition.unstable_blocks.len();
    PlatformDetails {
        name: definition.name.clone(),
        commands: definition.commands.iter().map(command).collect(),
        prompt: definition.prompt.written().map(str::to_owned),
        privileged: definition.prompt.privileged.as_ref().map(|pattern| pattern.as_str().to_owned()),
        privilege: definition.privilege.iter().map(|step| step.command.clone()).collect(),
        paging_off: definition.paging.off.iter().map(|off| off.send.clone()).collect(),
        pagers: number(definition.paging.more.len()),
        secrets: number(definition.secrets.len() + definition.secret_blocks.len()),
        volatile: number(volatile),
        unstable: number(unstable),
        text: text.to_owned(),
    }
}

fn command(command: &Command) -> PlatformCommand {
    let prefix = if command.via == Via::Sftp { "sftp:" } else { "" };
    let purpose = match command.purpose {
        Purpose::Config => CommandPurpose::Config,
        Purpose::Startup => CommandPurpose::Startup,
        Purpose::Facts => CommandPurpose::Facts,
        Purpose::File => CommandPurpose::File,
    };
    PlatformCommand { send: format!("{prefix}{}", command.send), or_else: command.or_else.clone(), purpose }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_is_shown_as_its_file_has_it() {
        let text = "name = 'mine'\ntitle = 'Mine'\nvendor = 'Me'\nerrors = ['^oops']\nunstable = ['^a']\n\
                    prompt = { pattern = '(?P<host>\\w+)>', privileged = '#$' }\n\
                    privilege = { command = 'enable', password_prompt = '^Password' }\n\
                    paging = { off = [{ send = 'no page' }], more = ['--More--'] }\n\
                    commands = [{ first_of = ['show all', 'show'], purpose = 'config' }]\n\
                    secrets = [{ pattern = 'key (.*)' }]\n";
        let definition = Definition::parse("mine.toml", text).unwrap();
        let commands = vec![PlatformCommand {
            send: "show all".to_owned(),
            or_else: vec!["show".to_owned()],
            purpose: CommandPurpose::Config,
        }];
        let expected = PlatformDetails {
            name: "mine".to_owned(),
            commands,
            prompt: Some("(?P<host>\\w+)>".to_owned()),
            privileged: Some("#$".to_owned()),
            privilege: vec!["enable".to_owned()],
            paging_off: vec!["no page".to_owned()],
            pagers: 1,
            secrets: 1,
            volatile: 0,
            unstable: 1,
            text: text.to_owned(),
        };
        assert_eq!(of(&definition, text), expected);
    }

    #[test]
    fn a_fetched_file_has_its_protocol_and_needs_no_prompt() {
        let text = "name = 'mine'\ntitle = 'Mine'\nvendor = 'Me'\n\
                    commands = [{ fetch = 'sftp:/conf/config.xml', purpose = 'config' }]\n";
        let shown = of(&Definition::parse("mine.toml", text).unwrap(), text);
        assert_eq!((shown.commands[0].send.as_str(), shown.prompt), ("sftp:/conf/config.xml", None));
    }
}
