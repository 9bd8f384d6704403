//! A definition cut down to what a test of the connection needs.

use super::definition::{Command, Definition, Purpose};
use super::recognise::unknown_question;
use super::steps::Via;

impl Definition {
    /// The same platform without its configuration: a session with it signs in, comes to the prompt and asks for facts.
    /// It changes nothing on the device, and an answer that it is refused is no failure.
    #[must_use]
    pub fn without_configuration(&self) -> Definition {
        let asks = |command: &&Command| command.purpose == Purpose::Facts && command.via != Via::Sftp;
        let mut commands: Vec<Command> = self.commands.iter().filter(asks).cloned().collect();
        for command in &mut commands {
            command.optional = true;
            // What lists something for it may be the configuration.
            command.for_each = None;
            command.when = None;
        }
        commands.retain(|command| !super::steps::names_group(&command.send));
        if self.needs_shell() && !commands.iter().any(|command| command.via == Via::Shell) {
            // Without a command for it no shell is opened.
            commands.push(Command::plain(unknown_question()));
        }
        let unknown_command = None;
        Definition { commands, unknown_command, prepare: Vec::new(), restore: Vec::new(), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Registry;

    #[test]
    fn nothing_of_the_configuration_is_left_and_the_shell_is() {
        for definition in Registry::load(None).0.iter() {
            let reduced = definition.without_configuration();
            let name = &definition.name;
            assert!(reduced.commands.iter().all(|command| command.purpose == Purpose::Facts), "{name}");
            assert!(reduced.commands.iter().all(|command| command.optional), "{name}");
            assert_eq!(reduced.needs_shell(), definition.needs_shell(), "{name}");
            assert!(reduced.prepare.is_empty() && reduced.restore.is_empty(), "{name}");
        }
    }

    #[test]
    fn a_platform_without_a_command_for_facts_gets_one_that_cannot_exist() {
        let text = "name = 'x'\ntitle = 'X'\nvendor = 'X'\nerrors = ['^%']\n[prompt]\npattern = '(?P<host>\\w+)#'\n\
                    [[commands]]\nsend = 'show'\npurpose = 'config'\n";
        let reduced = Definition::parse("x.toml", text).unwrap().without_configuration();
        assert_eq!(reduced.commands[0].send, unknown_question());
    }
}
