//! A platform with its recordings as one plain text: what an export writes and an import reads.
//!
//! The text of the platform's file comes first; without recordings the bundle is just that. Behind it stands each
//! recording below the line `#%% recording NAME`, and what is expected of it below `#%% expected`.

use super::PlatformRecording;

/// Begins the line above a part. A line of a part that begins like this gets one more `%`.
const MARK: &str = "#%%";

/// What a bundle holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// The text of the platform's file.
    pub text: String,
    /// Its recordings.
    pub recordings: Vec<PlatformRecording>,
}

impl Bundle {
    /// The bundle as one text.
    #[must_use]
    pub fn write(&self) -> String {
        let mut out = String::new();
        add_part(&mut out, &self.text);
        for recording in &self.recordings {
            out.push_str(&format!("{MARK} recording {}\n", recording.name));
            add_part(&mut out, &recording.session);
            if let Some(expected) = &recording.expected {
                out.push_str(&format!("{MARK} expected\n"));
                add_part(&mut out, expected);
            }
        }
        out
    }

    /// Reads a bundle; the error is a sentence.
    ///
    /// # Errors
    /// A sentence that names the line whose mark cannot be understood.
    pub fn read(text: &str) -> Result<Bundle, String> {
        let mut bundle = Bundle::default();
        for (index, line) in text.split_inclusive('\n').enumerate() {
            match mark_of(line) {
                None => bundle.part().push_str(&plain(line)),
                Some(mark) if bundle.begin(mark) => {}
                Some(mark) => {
                    return Err(format!(
                        "Line {}: `{MARK} {mark}` is neither `{MARK} recording NAME` nor the only `{MARK} expected` \
                         of a recording.",
                        index + 1
                    ));
                }
            }
        }
        Ok(bundle)
    }

    /// Begins the part that a mark names; whether it names one.
    fn begin(&mut self, mark: &str) -> bool {
        if let Some(("recording", name)) = mark.split_once(' ') {
            let recording = PlatformRecording { name: name.trim().to_owned(), session: String::new(), expected: None };
            self.recordings.push(recording);
            return true;
        }
        let last = self.recordings.last_mut().filter(|last| mark == "expected" && last.expected.is_none());
        last.map(|last| last.expected = Some(String::new())).is_some()
    }

    /// The part that is being read.
    fn part(&mut self) -> &mut String {
        match self.recordings.last_mut() {
            None => &mut self.text,
            Some(PlatformRecording { expected: Some(expected), .. }) => expected,
            Some(recording) => &mut recording.session,
        }
    }
}

fn add_part(out: &mut String, part: &str) {
    for line in part.split_inclusive('\n') {
        match line.strip_prefix(MARK) {
            Some(rest) => out.push_str(&format!("{MARK}%{rest}")),
            None => out.push_str(line),
        }
    }
    if !part.is_empty() && !part.ends_with('\n') {
        out.push('\n');
    }
}

/// What a line says that stands above a part.
fn mark_of(line: &str) -> Option<&str> {
    line.strip_prefix(MARK)?.strip_prefix(' ').map(str::trim)
}

/// A line of a part as it was before it was written.
fn plain(line: &str) -> String {
    match line.strip_prefix(MARK).and_then(|rest| rest.strip_prefix('%')) {
        Some(rest) => format!("{MARK}{rest}"),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording(name: &str, session: &str, expected: Option<&str>) -> PlatformRecording {
        PlatformRecording { name: name.into(), session: session.into(), expected: expected.map(str::to_owned) }
    }

    #[test]
    fn a_bundle_is_read_as_it_was_written() {
        let bundle = Bundle {
            text: "# mine\nname = 'mine'\n".to_owned(),
            recordings: vec![
                recording("plain", "prompt = 'a#'\n#%% expected\n#%%%\n", Some("hostname a\n\n#%% x\n")),
                recording("new", "prompt = 'b#'\n", None),
            ],
        };
        assert_eq!(Bundle::read(&bundle.write()), Ok(bundle));
    }

    #[test]
    fn the_file_of_a_platform_is_a_bundle_without_recordings() {
        let text = "# a comment\nname = 'mine'";
        let read = Bundle::read(text).unwrap();
        assert_eq!((read.text.as_str(), read.recordings.len()), (text, 0));
        assert_eq!(read.write(), format!("{text}\n"));
    }

    #[test]
    fn a_mark_that_is_none_is_refused_with_its_line() {
        for text in ["a = 1\n#%% expected\n", "a = 1\n#%% recording\n", "a = 1\n#%% something else\n"] {
            let refused = Bundle::read(text).unwrap_err();
            assert!(refused.starts_with("Line 2: `#%% "), "{refused}");
        }
    }
}
