//! Pagers, what only reads like one, and what shows nothing on any screen.

use super::super::device::Act::Stop;
use super::*;

/// Pagers as they stand on the screen, a key pressed at each.
const PAGERS: &[&str] = &[
    "--More--",
    " --More-- ",
    "--More-- or (q)uit",
    "--More--(12%)",
    "\x1b[7m--More--\x1b[m",
    "\x1b[7m--More--(45%)\x1b[27m",
    "<--- More --->",
    "  ---- More ----",
    "---- More ----",
    "-- MORE --",
    "-- MORE --, next page: Space, next line: Enter, quit: Control-C",
    "--More--, next page: Space, next line: Return key, quit: Control-c",
    "-- more --, next page: Space, continue: c, quit: ESC",
    "--More-- (<space> = next page, <CR> = one line, C = continuous, Q = quit)",
    "--More-- Press any key to continue, Q to quit",
    "Press any key to continue (Q to quit)",
    "Press any key to continue or <Q> to quit..",
    "Press any key to continue, 'q' to quit",
    "Press SPACE to continue or Q to quit:",
    "Press <SPACE> to continue, 'q' to quit",
    "More: <space>,  Quit: q or CTRL+Z, One line: <return> ",
    "More: <space>,  Quit: q, One line: <return>",
    "--- more --- (Enter: next line  Space: next page  Esc: break)",
    "---(more)---",
    "---(more 45%)---",
    "lines 1-24",
    "lines 1-24/120 (20%)",
    "CTRL+C ESC q Quit SPACE n Next Page ENTER Next Entry a All",
    "\x1b[7mCTRL+C\x1b[0m \x1b[7mESC\x1b[0m \x1b[7mq\x1b[0m Quit \x1b[7mSPACE\x1b[0m \x1b[7mn\x1b[0m Next Page \x1b[7mENTER\x1b[0m Next Entry \x1b[7ma\x1b[0m All",
    "Press ENTER to continue",
    "*** Press ENTER to continue ***",
    "[Press space to continue, q to quit]",
    "Hit any key for more, q to quit",
    "Type <CR> to continue, Q<CR> to stop",
    "Type <SPACE> to continue",
    "-More-",
    "- more -",
    "[More]",
    "(more)",
    "<more>",
    "... more ...",
    "=== MORE ===",
    "--More--[Space, Enter, q]",
    "Continue? (space to continue, q to quit)",
    "Next page: space, quit: q",
    "<SPACE> next page, <CR> next line, q quit",
    "Press Q to quit, any other key to continue",
    "press space for next page, q to exit",
    "---- more? (y=[yes], q=[quit]) ----",
    "Strike any key to continue",
    "--Press any key for more, Q to stop--",
    "Please press any key to continue",
];

#[test]
fn a_pager_in_any_makers_words_is_answered_and_leaves_nothing() {
    let mut bad = Vec::new();
    let definition = platform("generic");
    let config = FLAT.repeat(3);
    for pager in PAGERS {
        let shown = pager.len();
        let wipes = [
            format!("\r{}\r", " ".repeat(shown)),
            format!("{0}{1}{0}", "\x08".repeat(shown), " ".repeat(shown)),
            "\r\x1b[K".to_string(),
            "\x1b[2K\x1b[1G".to_string(),
            "\x1b[2K\r".to_string(),
            format!("\x1b[{shown}D{}\x1b[{shown}D", " ".repeat(shown)),
            format!("\r{}\r\x1b[A", " ".repeat(shown)),
            "\r\n".to_string(),
            String::new(),
        ];
        for wipe in wipes {
            for lead in ["", "\r\n"] {
                // Where it begins a line of its own, only what moves up again takes that line away.
                if !lead.is_empty() && !wipe.ends_with("\x1b[A") {
                    continue;
                }
                let pager = leaked(&format!("{lead}{pager}"));
                let wipe = leaked(&wipe);
                let (first, rest) = config.split_at(config.match_indices("interface").nth(1).unwrap().0);
                let (second, last) = rest.split_at(rest.rfind("exit").unwrap());
                let acts = vec![say(first), Stop(pager, wipe), say(second), Stop(pager, wipe), say(last)];
                let mut device = at("sw1#", &definition, acts);
                let outcome = read(&mut device, &definition);
                judged(&outcome, &config, &format!("{pager:?} wiped by {wipe:?}"), 8_000, &mut bad);
            }
        }
    }
    complain(bad);
}

#[test]
fn a_line_that_reads_like_a_pager_and_stopped_nobody_is_the_devices_text() {
    let mut bad = Vec::new();
    for (name, prompt, config) in ALL {
        let definition = platform(name);
        for line in [
            "--More--",
            " --More-- ",
            " --More-- or wait",
            "-- MORE --",
            "lines 1-24",
            "Press any key to continue (Q to quit)",
        ] {
            let (head, tail) = config.split_at(config[1..].find('\n').unwrap() + 2);
            let wire = format!("{}{head}{line}\n{tail}", if name == "linux" { "\n" } else { "" });
            let expect = format!("{head}{line}\n{tail}");
            let whole = at(prompt, &definition, vec![say(&wire)]);
            // With and without a real pager elsewhere, and however the bytes arrive.
            let (first, last) = wire.split_at(wire[..wire.len() - 1].rfind('\n').unwrap() + 1);
            let pager = if name == "juniper_junos" { "---(more)---" } else { "--More--" };
            let paged = at(prompt, &definition, vec![say(first), Stop(pager, "\r\x1b[K"), say(last)]);
            for (mut device, what) in [(whole, "alone"), (paged, "with a pager")] {
                device.chunks = vec![7, 64];
                let outcome = read(&mut device, &definition);
                judged(&outcome, &expect, &format!("{name} {line:?} {what}"), 6_000, &mut bad);
            }
        }
    }
    complain(bad);
}

#[test]
fn long_runs_of_characters_that_show_nothing_and_echoes_of_all_kinds_leave_nothing() {
    let mut bad = Vec::new();
    let runs: Vec<String> = vec![
        "\0".repeat(9_000),
        "\x08".repeat(6_000),
        "\0\x08\x07".repeat(3_000),
        "\r".repeat(5_000),
        "\x1b[0m".repeat(3_000),
        "\x1b[K".repeat(3_000),
        "\x1b[1G".repeat(2_000),
        "\x1b[?25h\x1b[?7h".repeat(1_000),
        "\x1b[24;1H\x1b[2K".repeat(500),
        " \x08".repeat(3_000),
        "\x7f".repeat(3_000),
        "\x1b]0;title\x07".repeat(500),
        "\x0f\x0e".repeat(2_000),
        "\x1b(B".repeat(2_000),
        "\x05".repeat(2_000),
    ];
    for (name, prompt, config) in ALL {
        let definition = platform(name);
        let send = config_command(&definition);
        let wire = if name == "linux" { format!("\n{config}") } else { config.to_string() };
        for run in &runs {
            let shown = leaked(&run[..run.len().min(12)]);
            let behind = vec![say(&wire), Act::Say(run.clone())];
            let before = vec![Act::Say(run.clone()), say(&wire)];
            let (head, tail) = wire.split_at(wire[1..].find('\n').unwrap() + 2);
            let inside = vec![say(head), Act::Say(run.clone()), say(tail)];
            for (acts, place) in [(behind, "behind"), (before, "before"), (inside, "inside")] {
                let mut device = at(prompt, &definition, acts);
                judged(&read(&mut device, &definition), config, &format!("{name} {shown:?} {place}"), 4_000, &mut bad);
            }
        }
        // The command, drawn again and again, wrapped and scrolled.
        let width = |width: usize, between: &str| {
            let pieces: Vec<String> =
                send.as_bytes().chunks(width).map(|piece| String::from_utf8_lossy(piece).into_owned()).collect();
            pieces.join(between)
        };
        let spaced: String =
            send.chars().map(|c| if c == ' ' { " \x08 ".to_string() } else { c.to_string() }).collect();
        let columns: String =
            send.chars().enumerate().map(|(at, c)| format!("\x1b[24;{}H{c}\x1b[24;{}H", at + 6, at + 7)).collect();
        let echoes = [
            format!("{send}\r\n"),
            format!("{send}\r\r\n"),
            format!("{send}\r\n{send}\r\n"),
            format!("\r{prompt}{send}\r\n"),
            format!("\r\x1b[K{prompt}{send}\r\n"),
            format!("\x1b[2K\r{prompt}{send}\r\n\r\n"),
            format!("{}\r\n", width(20, "\r\n")),
            format!("{}\r\n", width(20, " \r")),
            format!("{}\r\n", width(20, " \x08")),
            format!("{}\r\n", width(40, "\r\n")),
            format!("{}\r\n", width(9, "\x1b[K\r\n")),
            format!("{spaced}\r\n"),
            format!("{columns}\r\n"),
            format!("\x1b[?2004l\x1b[1m{send}\x1b[0m\r\n\x1b[?2004l\r"),
            format!("{send} \r\n"),
            format!("{send}\x1b[K\r\n"),
            format!("\r\n{send}\r\n"),
            String::new(),
        ];
        for echo in echoes {
            let mut device = at(prompt, &definition, vec![Act::Say(echo.clone()), say(&wire)]);
            device.echo = false;
            let outcome = read(&mut device, &definition);
            judged(&outcome, config, &format!("{name} echo {:?}", &echo[..echo.len().min(60)]), 4_000, &mut bad);
        }
    }
    complain(bad);
}
