//! What becomes of an answer before it is stored: its letters, and replacements inside it.

use regex::Regex;

/// How a device writes letters beyond ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding(&'static encoding_rs::Encoding);

impl Default for Encoding {
    fn default() -> Encoding {
        Encoding(encoding_rs::UTF_8)
    }
}

impl Encoding {
    /// The encoding of this name, as the WHATWG Encoding Standard lists them, such as `utf-8`, `latin1` or `gbk`;
    /// not those few of which no text can be read.
    pub fn named(name: &str) -> Option<Encoding> {
        encoding_rs::Encoding::for_label_no_replacement(name.as_bytes()).map(Encoding)
    }

    /// Bytes as text. What is no letter of it becomes U+FFFD; a byte order mark stays.
    pub fn decode(self, bytes: &[u8]) -> String {
        self.0.decode_without_bom_handling(bytes).0.into_owned()
    }
}

/// Text that is replaced before it is stored.
#[derive(Debug, Clone)]
pub struct Replacement {
    /// Matched against one line without its line end; with `multi_line`, against the whole text.
    pub pattern: Regex,
    /// What takes its place; `$1` stands for the first group.
    pub with: String,
    /// Whether `pattern` may span lines.
    pub multi_line: bool,
}
