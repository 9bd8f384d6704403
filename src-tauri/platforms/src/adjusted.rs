//! A platform as a session policy changes it: its terminal, its newline and its time limits.

use std::time::Duration;

use super::Definition;

/// What a policy says instead of the platform's file; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Adjustments {
    /// Characters in a line of the terminal.
    pub width: Option<u32>,
    /// Lines on the screen of the terminal.
    pub height: Option<u32>,
    /// What ends a line that is typed.
    pub newline: Option<&'static str>,
    /// How long the device may stay silent during a command.
    pub timeout: Option<Duration>,
}

impl Definition {
    /// The platform with these changes.
    #[must_use]
    pub fn adjusted(&self, to: &Adjustments) -> Definition {
        let mut adjusted = self.clone();
        let terminal = &mut adjusted.terminal;
        terminal.width = to.width.unwrap_or(terminal.width);
        terminal.height = to.height.unwrap_or(terminal.height);
        if let Some(newline) = to.newline {
            adjusted.newline = newline.to_owned();
        }
        if let Some(timeout) = to.timeout {
            adjusted.commands.iter_mut().for_each(|command| command.timeout = timeout);
        }
        adjusted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition() -> Definition {
        let text = "name = 'test'\ntitle = 'Test'\nvendor = 'Test'\ncomment = '!'\nerrors = ['^%']\n[prompt]\n\
                    pattern = '(?P<host>\\w+)#'\n[terminal]\nwidth = 100\n[[commands]]\nsend = 'show'\n\
                    purpose = 'config'\ntimeout_seconds = 90\n";
        Definition::parse("test.toml", text).unwrap()
    }

    #[test]
    fn what_a_policy_does_not_say_stays_as_the_file_has_it() {
        let of_file = definition().adjusted(&Adjustments::default());
        assert_eq!((of_file.terminal.width, of_file.terminal.height, of_file.newline.as_str()), (100, 1000, "\n"));
        assert_eq!(of_file.commands[0].timeout, Duration::from_secs(90));
        let to =
            Adjustments { width: None, height: Some(24), newline: Some("\r"), timeout: Some(Duration::from_secs(5)) };
        let adjusted = definition().adjusted(&to);
        assert_eq!((adjusted.terminal.width, adjusted.terminal.height, adjusted.newline.as_str()), (100, 24, "\r"));
        assert_eq!(adjusted.commands[0].timeout, Duration::from_secs(5));
    }
}
