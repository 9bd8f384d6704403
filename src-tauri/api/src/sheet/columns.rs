//! The columns a file may have, under their common names.

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// The device's name.
    Hostname,
    /// The device's address.
    Address,
    /// The device's platform.
    Platform,
    /// Its TCP port.
    Port,
    /// What carries a session with it.
    Transport,
    /// What it is, free text.
    Description,
    /// Its tags.
    Tags,
    /// Serial number.
    SerialNumber,
    /// Its hardware model.
    Model,
    /// How it was added.
    Source,
    /// Remarks, free text.
    Notes,
}

/// Other names of columns; blanks and dashes count as `_`, and case does not matter.
const SYNONYMS: &[(&str, Column)] = &[
    ("host", Column::Hostname),
    ("host_name", Column::Hostname),
    ("ip", Column::Address),
    ("ipaddress", Column::Address),
    ("ip_addr", Column::Address),
    ("address", Column::Address),
    ("platform", Column::Platform),
    ("ssh_port", Column::Port),
    ("protocol", Column::Transport),
    ("tag", Column::Tags),
    ("serial", Column::SerialNumber),
    ("note", Column::Notes),
];

impl Column {
    /// Every column.
    pub const ALL: [Column; 11] = [
        Column::Hostname,
        Column::Address,
        Column::Platform,
        Column::Port,
        Column::Transport,
        Column::Description,
        Column::Tags,
        Column::SerialNumber,
        Column::Model,
        Column::Source,
        Column::Notes,
    ];
    /// The columns every file needs.
    pub const NEEDED: [Column; 3] = [Column::Hostname, Column::Address, Column::Platform];

    /// Its name, which is the field's.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Column::Hostname => "hostname",
            Column::Address => "ip_address",
            Column::Platform => "device_type",
            Column::Port => "port",
            Column::Transport => "transport",
            Column::Description => "description",
            Column::Tags => "tags",
            Column::SerialNumber => "serial_number",
            Column::Model => "model",
            Column::Source => "source",
            Column::Notes => "notes",
        }
    }

    /// What its cells are called in messages.
    pub(super) fn said(self) -> &'static str {
        match self {
            Column::Hostname => "the hostname",
            Column::Address => "the address",
            Column::Platform => "the platform",
            Column::Port => "the port",
            Column::Transport => "the transport",
            Column::Description => "the description",
            Column::Tags => "the list of tags",
            Column::SerialNumber => "the serial number",
            Column::Model => "the model",
            Column::Source => "the source",
            Column::Notes => "the text of the notes",
        }
    }

    /// The column with a name.
    pub(super) fn named(name: &str) -> Option<Column> {
        let name = plain(name);
        let synonym = || SYNONYMS.iter().find(|(known, _)| *known == name).map(|(_, column)| *column);
        Column::ALL.into_iter().find(|column| column.name() == name).or_else(synonym)
    }
}

/// A name in the form for comparison: lower case, and `_` between words.
pub(super) fn plain(name: &str) -> String {
    let words: Vec<&str> = name.split([' ', '-', '_', '.']).filter(|word| !word.is_empty()).collect();
    words.join("_").to_lowercase()
}

/// The cells of a row, by column. None is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cells([Option<String>; Column::ALL.len()]);

impl Cells {
    /// The text of a cell.
    #[must_use]
    pub fn get(&self, column: Column) -> Option<&str> {
        self.0[column as usize].as_deref()
    }

    /// Sets a cell; a blank text counts as none.
    pub fn set(&mut self, column: Column, text: String) {
        self.0[column as usize] = Some(text).filter(|text| !text.trim().is_empty());
    }

    /// Takes a text out of its cell.
    pub(super) fn take(&mut self, column: Column) -> Option<String> {
        self.0[column as usize].take()
    }
}
