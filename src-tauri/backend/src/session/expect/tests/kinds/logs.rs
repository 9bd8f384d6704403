//! What devices print of their log into, before and behind an answer.

use super::*;

#[test]
fn a_line_of_the_log_wherever_it_stands_is_no_part_of_what_is_stored() {
    let mut bad = Vec::new();
    for (name, prompt, config) in ALL {
        let definition = platform(name);
        let send = config_command(&definition);
        let wire = if name == "linux" { format!("\n{config}") } else { config.to_string() };
        let starts: Vec<usize> = std::iter::once(0).chain(wire.match_indices('\n').map(|(at, _)| at + 1)).collect();
        for (number, log) in LOGS.iter().enumerate() {
            let log = log.replace("\r\n", "\n");
            // The first ones everywhere, the others where they are recognised in different ways.
            let everywhere =
                starts.iter().enumerate().filter(|(at, _)| number < 4 || [0, 2, starts.len() - 1].contains(at));
            for (_, place) in everywhere {
                for lead in ["", "\n"] {
                    let (before, after) = wire.split_at(*place);
                    let told = format!("{before}{lead}{log}\n{after}");
                    let turns = vec![vec![say(&told)], vec![say(&wire)]];
                    let mut device = at(prompt, &definition, vec![]).in_turn(send, turns);
                    let outcome = read(&mut device, &definition);
                    judged(&outcome, config, &format!("{name} {lead:?}{log:?} at {place}"), 8_000, &mut bad);
                }
            }
        }
    }
    complain(bad);
}

#[test]
fn a_device_that_logs_during_every_reading_is_read_whole() {
    let mut bad = Vec::new();
    for (name, prompt, config) in ALL {
        let definition = platform(name);
        let send = config_command(&definition);
        let wire = if name == "linux" { format!("\n{config}") } else { config.to_string() };
        let starts: Vec<usize> = std::iter::once(0).chain(wire.match_indices('\n').map(|(at, _)| at + 1)).collect();
        for log in LOGS {
            for (one, other) in [(0, 3), (2, starts.len() - 1), (3, 3), (starts.len() - 1, starts.len() - 1), (0, 0)] {
                let told = |place: usize, second: &str| {
                    let (before, after) = wire.split_at(starts[place]);
                    vec![say(&format!("{before}{}\n{after}", log.replace(":02", second)))]
                };
                // The same words at the same place in two readings are what the device shows there.
                let at_the_ends = [0, starts.len() - 1].contains(&one);
                let marked = log.starts_with('%') || log.starts_with("3w2d: %") || log.starts_with("00d00h01m: %");
                if one == other && !(log.contains(":02") && !log.contains('\n') || at_the_ends && marked) {
                    continue;
                }
                let turns = vec![told(one, ":03"), told(other, ":04"), told(4, ":05")];
                let mut device = at(prompt, &definition, vec![]).in_turn(send, turns);
                let outcome = read(&mut device, &definition);
                judged(&outcome, config, &format!("{name} {log:?} at {one} and {other}"), 8_000, &mut bad);
            }
        }
    }
    complain(bad);
}

#[test]
fn a_line_of_the_log_about_the_prompt_is_no_part_of_what_is_stored() {
    let mut bad = Vec::new();
    for (name, prompt, config) in ALL {
        let definition = platform(name);
        let send = config_command(&definition);
        let wire = if name == "linux" { format!("\n{config}") } else { config.to_string() };
        for log in LOGS {
            let log = log.replace('\n', "\r\n");
            let half = prompt.len() / 2;
            let shapes = [
                ("behind, none drawn", format!("{log}\r\n")),
                ("behind on a new line, none drawn", format!("\r\n{log}\r\n")),
                ("behind, drawn again", format!("\r\n{log}\r\n{prompt}")),
                ("behind on its line, drawn again", format!("{log}\r\n{prompt}")),
                ("behind a blank, drawn again on a new line", format!(" {log}\r\n\r\n{prompt}")),
                ("twice behind, drawn again", format!("\r\n{log}\r\n{prompt}\r\n{log}\r\n{prompt}")),
            ];
            for (what, text) in shapes {
                for always in [false, true] {
                    let turns =
                        if always { vec![vec![Act::Say(text.clone())]; 9] } else { vec![vec![Act::Say(text.clone())]] };
                    let mut device = at(prompt, &definition, vec![say(&wire)]).behind(send, turns);
                    let outcome = read(&mut device, &definition);
                    judged(&outcome, config, &format!("{name} {log:?} {what} always {always}"), 8_000, &mut bad);
                }
            }
            let split = format!("{}\r\n{log}\r\n", &prompt[..half]);
            let turns = vec![vec![say(&wire), Act::Say(split)], vec![say(&wire)]];
            let mut device = at(prompt, &definition, vec![]).in_turn(send, turns);
            let outcome = read_first(&mut device, &definition);
            judged(&outcome, config, &format!("{name} {log:?} in the prompt"), 8_000, &mut bad);
        }
    }
    complain(bad);
}

/// Lines that look just like a configuration: without a mark, without a time.
const UNKNOWN: &[&str] = &[
    "port three went away",
    "IP: s=192.0.2.1 (local), d=192.0.2.9, len 40, sending",
    "Interface GigabitEthernet0/7 is down",
    "    rx: 12 frames, 3 dropped\n    tx: 9 frames",
    "ops is logged in",
    "user ops",
];

#[test]
fn a_line_nobody_knows_wherever_it_stands_is_no_part_of_what_is_new() {
    let mut bad = Vec::new();
    for (name, prompt, config) in ALL {
        let definition = platform(name);
        let send = config_command(&definition);
        let wire = if name == "linux" { format!("\n{config}") } else { config.to_string() };
        let starts: Vec<usize> = std::iter::once(0).chain(wire.match_indices('\n').map(|(at, _)| at + 1)).collect();
        for line in UNKNOWN {
            for place in &starts {
                let (before, after) = wire.split_at(*place);
                let told = vec![say(&format!("{before}{line}\n{after}"))];
                // In the first reading, or in the one that is to confirm it.
                for turns in [vec![told.clone(), vec![say(&wire)]], vec![vec![say(&wire)], told, vec![say(&wire)]]] {
                    let mut device = at(prompt, &definition, vec![]).in_turn(send, turns);
                    let outcome = read_first(&mut device, &definition);
                    judged(&outcome, config, &format!("{name} {line:?} at {place}"), 10_000, &mut bad);
                }
            }
        }
    }
    complain(bad);
}
