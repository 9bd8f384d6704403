//! Each field: what it becomes, and what is refused.

use super::*;
use crate::{Keep, Purpose};

#[test]
fn patterns_that_say_too_little_are_refused() {
    check_with("[paging]\nmore = ['']", "paging.more[0]", "is empty");
    check_with("[paging]\nmore = ['-*']", "paging.more[0]", "matches an empty line");
    check_with("[[secrets]]\npattern = 'password .*'", "secrets[0].pattern", "captures nothing");
    check_with("[[facts]]\nfield = 'model'\npattern = 'Model .*'", "facts[0].pattern", "captures nothing");
    check_with("[[volatile_blocks]]\nstart = '('\nend = 'x'", "volatile_blocks[0].start", "unclosed group");
    check_with("[[unstable_blocks]]\nstart = 'x'", "unstable_blocks[0].end", "missing field `end`");
    check_refused(with_first("identify = ['x*']"), "identify", "identify[0]", "matches an empty line");
    check_refused(with_first("unstable = ['(']"), "unstable", "unstable[0]", "unclosed group");
}

#[test]
fn unstable_and_volatile_lines_and_blocks_are_read() {
    let definition = with_first(
        "volatile = ['^! Time']\nunstable = ['^ set .* ENC ', '^key']\n\
         volatile_blocks = [{ start = '<revision>', end = '</revision>' }]\n\
         unstable_blocks = [{ start = '^begin', end = '^end' }]",
    )
    .unwrap();
    assert_eq!((definition.volatile.len(), definition.volatile_set.len()), (1, 1));
    assert_eq!((definition.unstable.len(), definition.unstable_set.len()), (2, 2));
    assert!(definition.unstable_set.is_match(" set psk ENC abc") && definition.unstable[1].is_match("key 1"));
    assert!(definition.volatile_blocks[0].end.is_match("</revision>"));
    assert!(definition.unstable_blocks[0].start.is_match("begin"));
}

#[test]
fn a_command_is_one_of_three_things() {
    let first_of = GOOD.replace("send = 'show all'", "first_of = ['export sensitive', 'export']");
    let command = Definition::parse("mine.toml", &first_of).unwrap().commands.remove(1);
    assert_eq!(
        (command.send.as_str(), command.or_else.as_slice()),
        ("export sensitive", ["export".to_string()].as_slice())
    );
    let fetch = GOOD.replace("send = 'show all'", "fetch = 'sftp:/conf/config.xml'");
    let command = Definition::parse("mine.toml", &fetch).unwrap().commands.remove(1);
    assert_eq!((command.send.as_str(), command.via), ("/conf/config.xml", Via::Sftp));

    check_with("fetch = 'sftp:/conf'", "commands[1]", "more than one of `send`, `first_of` and `fetch`");
    let send = "send = 'show all'";
    check(send, "first_of = []", Some(11), Some("commands[1].first_of"), "the list is empty");
    check(send, "first_of = ['']", Some(11), Some("commands[1].first_of"), "is empty");
    let end = Some("commands[1].end");
    check(send, "first_of = ['show all', 'end']", Some(13), end, "matches the command itself");
    for wrong in ["/conf/config.xml", "sftp:conf", "sftp:/conf/", "sftp:", "scp:/conf"] {
        let fetch = format!("fetch = '{wrong}'");
        check(send, &fetch, Some(11), Some("commands[1].fetch"), "not the full path of a file after `sftp:`");
    }
    let both = "fetch = 'sftp:/a'\nchannel = 'exec'";
    check(send, both, Some(12), Some("commands[1].channel"), "`fetch` always goes over SFTP");
}

#[test]
fn a_command_takes_the_channel_of_its_platform_unless_it_says_otherwise() {
    let exec = Definition::parse("mine.toml", &format!("channel = 'exec'\n{GOOD}channel = 'shell'\n")).unwrap();
    assert_eq!((exec.via, exec.commands[0].via, exec.commands[1].via), (Via::Exec, Via::Exec, Via::Shell));
    assert!(exec.needs_shell());
    check_with("channel = 'sftp'", "commands[1].channel", "unknown variant `sftp`");
}

#[test]
fn only_a_platform_without_a_shell_may_leave_out_prompt_and_errors() {
    let prompt = "[prompt]\npattern = '(?P<host>\\w+)>'\n";
    check(prompt, "", None, Some("prompt"), "is missing, and commands[0] is typed into a shell");
    let exec = format!("channel = 'exec'\n{}", GOOD.replace(prompt, ""));
    let definition = Definition::parse("mine.toml", &exec).unwrap();
    assert!(["", "a", "host>"].iter().all(|line| definition.prompt_of(line).is_none()));
    let refused = Definition::parse("mine.toml", &exec.replace("errors = ['^oops']\n", ""));
    check_refused(refused, "exec", "errors", "the list is empty");
    let fetched = "name = 'mine'\ntitle = 'Mine'\nvendor = 'Me'\n\
                   [[commands]]\nfetch = 'sftp:/conf/config.xml'\npurpose = 'config'\n";
    assert!(!Definition::parse("mine.toml", fetched).unwrap().needs_shell());
}

#[test]
fn a_command_can_depend_on_earlier_answers() {
    let each = "send = 'more {1}'\nwhen = '^Version 7'\nfor_each = { in = 'show files', capture = '^(\\S+) ' }";
    let command = Definition::parse("mine.toml", &GOOD.replace("send = 'show all'", each)).unwrap().commands.remove(1);
    assert!(command.when.unwrap().is_match("Name x\nVersion 7.1"));
    let for_each = command.for_each.unwrap();
    assert_eq!(for_each.listed_by, "show files");
    assert_eq!(for_each.capture.captures_iter("a 1\nb 2\n").count(), 2);

    let send = "send = 'show all'";
    check(send, "send = 'more {1}'", Some(11), Some("commands[1].send"), "names {1} without `for_each`");
    let more =
        |capture: &str, send: &str| format!("send = '{send}'\nfor_each = {{ in = 'dir', capture = '{capture}' }}");
    let capture = Some("commands[1].for_each.capture");
    check(send, &more("^\\S+", "more {1}"), Some(12), capture, "captures nothing");
    check(send, &more("^(\\S*)", "more {1}"), Some(12), capture, "matches an empty line");
    check(send, &more("^(\\S+)", "more"), Some(11), Some("commands[1].send"), "does not name {1}");
    check(send, &more("^(\\S+)", "more {1} {2}"), Some(11), Some("commands[1].send"), "names {2}");
    check_with("when = '('", "commands[1].when", "unclosed group");
}

#[test]
fn answers_are_kept_as_comments_where_there_are_comments() {
    let facts = "send = 'show version'\npurpose = 'facts'\nkeep = 'comment'\nheading = 'version'";
    let kept = GOOD.replace("send = 'show version'\npurpose = 'facts'", facts);
    let definition = Definition::parse("mine.toml", &format!("comment = '!'\n{kept}")).unwrap();
    let command = &definition.commands[0];
    assert_eq!((command.keep, command.heading.as_deref()), (crate::Keep::Comment, Some("version")));

    check_refused(Definition::parse("mine.toml", &kept), "keep", "commands[0].keep", "needs `comment`");
    check_with("heading = 'all'", "commands[1].heading", "needs `comment`");
    let commented = |more: &str| Definition::parse("mine.toml", &format!("comment = '!'\n{GOOD}{more}\n"));
    assert!(commented("heading = 'all'").is_ok());
    check_refused(commented("heading = ''"), "heading", "commands[1].heading", "is not one line of text");
    check_refused(commented("heading = 'all {1}'"), "heading", "commands[1].heading", "without `for_each`");
    check_refused(commented("keep = 'comment'"), "keep", "commands[1].keep", "stored as it is");
    let alone = format!("comment = '!'\n{}", kept.replace("keep = 'comment'\n", ""));
    check_refused(Definition::parse("mine.toml", &alone), "heading", "commands[0].heading", "stands above nothing");
}

#[test]
fn privilege_is_one_step_or_several() {
    let one = with("[privilege]\ncommand = 'enable'\npassword_prompt = 'word:'").unwrap().privilege;
    assert_eq!((one.len(), one[0].password.as_str()), (1, "{enable}"));
    let list = with(
        "[[privilege]]\ncommand = 'su'\npassword_prompt = 'word:'\npassword = '{password}'\n\
                     [[privilege]]\ncommand = 'cli'",
    )
    .unwrap()
    .privilege;
    assert_eq!((list.len(), list[0].password.as_str()), (2, "{password}"));
    assert!(list[1].password_prompt.is_none());

    check_with("[privilege]\ncommand = ''", "privilege.command", "is empty");
    check_with("[privilege]\ncommand = 'su'\npassword_prompt = '('", "privilege.password_prompt", "unclosed group");
    check_with("[[privilege]]\ncommand = 'su'\npasword = 'x'", "privilege[0].pasword", "did you mean `password`?");
    check_with(
        "[[privilege]]\ncommand = 'su'\npassword = 'x'",
        "privilege[0].password",
        "`password_prompt` is missing",
    );
    check_refused(with_first("privilege = 7"), "privilege", "privilege", "expected a table, or a list of tables");
}

#[test]
fn questions_and_dialogs_answer_with_what_their_pattern_captured() {
    let asked = with(
        "[[questions]]\nexpect = 'defaults\\? \\[y/N\\]'\nsend = 'y'\n\
         [[dialogs]]\nexpect = '^ *(\\d+)\\) Shell$'\nsend = '{1}'",
    )
    .unwrap();
    assert_eq!(asked.questions[0].send, "y");
    assert!(asked.dialogs[0].expect.is_match("1) Logout\n 8) Shell\nChoice: "));
    check_with("[[questions]]\nexpect = '('\nsend = 'y'", "questions[0].expect", "unclosed group");
    check_with("[[questions]]\nexpect = 'y?'\nsend = 'y'", "questions[0].expect", "matches an empty line");
    check_with("[[dialogs]]\nexpect = 'x'\nsend = ''", "dialogs[0].send", "is empty");
    check_with(
        "[[dialogs]]\nexpect = 'Shell'\nsend = '{1}'",
        "dialogs[0].send",
        "names {1}, but its pattern has no group 1",
    );
}

#[test]
fn the_session_is_prepared_and_restored() {
    let definition = with_first(
        "prepare = [{ send = 'encrypt disable', optional = true }]\nrestore = [{ send = 'encrypt enable' }]",
    );
    let definition = definition.unwrap();
    assert!(definition.prepare[0].optional && !definition.restore[0].optional);
    assert_eq!(definition.restore[0].send, "encrypt enable");
    check_refused(with_first("restore = [{ send = '' }]"), "restore", "restore[0].send", "is empty");
}

#[test]
fn login_encoding_and_terminal_are_read() {
    let definition = with_first(
        "encoding = 'latin1'\nlogin = { suffix = '+ct' }\nterminal = { width = 132, height = 200, none = true }",
    )
    .unwrap();
    assert_eq!((definition.encoding.decode(b"caf\xe9").as_str(), definition.login_suffix.as_str()), ("café", "+ct"));
    let terminal = definition.terminal;
    assert_eq!((terminal.width, terminal.height, terminal.none), (132, 200, true));
    check_refused(with_first("encoding = 'latin-one'"), "encoding", "encoding", "such as utf-8, latin1");
    for (field, wrong, range) in
        [("width", 19, "20 and 2000"), ("width", 2001, "20 and 2000"), ("height", 0, "1 and 10000")]
    {
        let terminal = format!("terminal = {{ {field} = {wrong} }}");
        check_refused(with_first(&terminal), &terminal, &format!("terminal.{field}"), range);
    }
    check_refused(with_first("terminal = { width = -1 }"), "width", "terminal.width", "expected a whole number");
}

#[test]
fn a_replacement_names_only_groups_there_are() {
    let definition = with(
        "[[replace]]\npattern = '\\\\\\n +'\nwith = ''\nmulti_line = true\n\
                           [[replace]]\npattern = '^(\\w+) +(?P<rest>.*)'\nwith = '${1} $rest $$5'",
    )
    .unwrap();
    assert!(definition.replace[0].multi_line && !definition.replace[1].multi_line);
    assert_eq!(definition.replace[0].pattern.replace_all("a \\\n  b", "").as_ref(), "a b");
    let with = definition.replace[1].with.as_str();
    assert_eq!(definition.replace[1].pattern.replace("up  5 days", with).as_ref(), "up 5 days $5");
    check_with("[[replace]]\npattern = '(a)'\nwith = '$1x'", "replace[0].with", "names a group `1x`");
    check_with("[[replace]]\npattern = 'a'\nwith = '${1}'", "replace[0].with", "names a group `1`");
    check_with("[[replace]]\npattern = '('\nwith = ''", "replace[0].pattern", "unclosed group");
}

#[test]
fn the_startup_configuration_is_a_purpose_and_what_always_differs_is_listed() {
    let more = "[[commands]]\nsend = 'show start'\npurpose = 'startup'\nend = '^end$'\n\
                [startup]\nignore = ['^key (\\S+)']\nignore_blocks = [{ start = '^cert', end = '^quit' }]";
    let definition = with(more).unwrap();
    assert_eq!((definition.commands[2].purpose, definition.commands[2].optional), (Purpose::Startup, false));
    assert_eq!((definition.startup.ignore.len(), definition.startup.ignore_blocks.len()), (1, 1));
    assert!(with("").unwrap().startup.ignore.is_empty());
    let startup = |more: &str| with(&format!("[[commands]]\nsend = 'show start'\npurpose = 'startup'\n{more}"));
    check_refused(startup("optional = true"), "optional", "commands[2].optional", "never fails the backup");
    check_refused(startup("keep = 'comment'"), "keep", "commands[2].keep", "needs `comment`");
    check_refused(startup("[startup]\nignore = ['.*']"), "ignore", "startup.ignore[0]", "matches an empty line");
    check_refused(with("[[commands]]\nsend = 'show start'"), "none", "commands[2].purpose", "is missing");
}

#[test]
fn a_fetched_file_can_be_kept_as_it_is() {
    let kept = |more: &str| with(&format!("[[commands]]\nfetch = 'sftp:/conf/all.tgz'\nkeep = 'file'\n{more}"));
    let command = kept("").unwrap().commands.remove(2);
    assert_eq!((command.purpose, command.keep, command.optional), (Purpose::File, Keep::File, false));
    check_refused(kept("purpose = 'config'"), "purpose", "commands[2].purpose", "neither configuration nor facts");
    check_refused(kept("end = '^end$'"), "end", "commands[2].end", "are kept as they are");
    check_refused(kept("optional = true"), "optional", "commands[2].optional", "never fails the backup");
    check_refused(with("[[commands]]\nsend = 'show'\nkeep = 'file'"), "send", "commands[2].keep", "nothing is fetched");
}
