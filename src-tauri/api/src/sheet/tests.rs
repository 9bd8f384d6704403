//! Whole files, as programs and people write them.

use super::*;
use crate::transport::Transport;

const HEAD: &str = "hostname,ip_address,device_type";

fn platforms() -> Vec<String> {
    ["arista_eos", "cisco_ios", "cisco_nxos", "linux"].map(str::to_owned).to_vec()
}

/// The outcome of each row: its hostname, or the message of its refusal.
fn fates(text: &str) -> Vec<Result<String, String>> {
    let (platforms, mut seen) = (platforms(), Seen::default());
    let sheet = Sheet::open(text).unwrap();
    sheet
        .map(|row| {
            let entry = check(row?, Some(&platforms)).and_then(|entry| seen.note(entry));
            entry.map(|entry| entry.hostname().to_owned()).map_err(|refusal| refusal.row.sentence)
        })
        .collect()
}

fn one(text: &str) -> Entry {
    let row = Sheet::open(text).unwrap().next().unwrap().unwrap();
    check(row, Some(&platforms())).unwrap()
}

#[test]
fn whatever_separates_the_cells_the_same_devices_are_read() {
    let rows = "hostname,ip_address,device_type,description\nr1,10.0.0.1,linux,x\nr2,10.0.0.2,cisco_ios,\n";
    for (separator, found) in [(',', Separator::Comma), (';', Separator::Semicolon), ('\t', Separator::Tab)] {
        let text = rows.replace(',', &separator.to_string());
        assert_eq!(Sheet::open(&text).unwrap().separator(), found);
        assert_eq!(fates(&text), [Ok("r1".to_owned()), Ok("r2".to_owned())]);
        let hinted = format!("sep={separator}\r\n{text}");
        assert_eq!(fates(&hinted).len(), 2, "{hinted}");
    }
    // A list of tags with commas does not affect a file with semicolons.
    let text = "hostname;ip_address;device_type;description\nr1;10.0.0.1;linux;a,b,c,d,e\n";
    assert_eq!(one(text).input.description.as_deref(), Some("a,b,c,d,e"));
}

#[test]
fn names_of_columns_are_read_as_people_write_them() {
    let text = "\u{feff}\"Host Name\", IP-Address ,PLATFORM,SSH port,Serial,Tag\nr1,10.0.0.1,linux,2222,XY1,a|b | a\n";
    let entry = one(text);
    assert_eq!((entry.port(), entry.input.serial_number.as_deref()), (2222, Some("XY1")));
    assert_eq!(entry.tags, ["a", "b"]);
    let columns: Vec<&str> = Sheet::open(text).unwrap().columns().map(Column::name).collect();
    assert_eq!(columns, ["hostname", "ip_address", "device_type", "port", "serial_number", "tags"]);
}

#[test]
fn separators_at_the_end_and_blank_rows_are_nothing() {
    for text in [
        "hostname,ip_address,device_type,\r\nr1,10.0.0.1,linux,\r\n",
        "hostname,ip_address,device_type,,,\nr1,10.0.0.1,linux,,,,,\n",
        "hostname,ip_address,device_type\nr1,10.0.0.1,linux\n,,\n\n \n,,,,,\n",
        "\n,,\nhostname,ip_address,device_type\r\r\rr1,10.0.0.1,linux",
        "hostname,,ip_address,device_type\nr1,,10.0.0.1,linux\n",
    ] {
        assert_eq!(fates(text), [Ok("r1".to_owned())], "{text:?}");
    }
    let told = fates("hostname,ip_address,device_type,\nr1,10.0.0.1,linux,x\nr2,10.0.0.2,linux,,y\n");
    assert_eq!(
        told,
        [
            Err("Line 2: 'x' is in column 4, which the first line does not name.".to_owned()),
            Err("Line 3: it has 5 cells, but the first line names 4 columns: put quotation marks around a cell that \
                 contains a comma."
                .to_owned()),
        ]
    );
}

#[test]
fn lines_are_counted_as_an_editor_does() {
    let text = format!("{HEAD},description\r\nr1,10.0.0.1,linux,\"two\r\nlines\"\r\n\r\n,,,\r\nr2,x y,linux,\r\n");
    let told = fates(&text);
    assert!(told[0].is_ok() && told[1].as_ref().unwrap_err().starts_with("Line 6: the address 'x y'"), "{told:?}");
    assert_eq!(one(&text).input.description.as_deref(), Some("two\r\nlines"));
}

#[test]
fn a_first_line_that_will_not_do_says_what_to_write() {
    for (text, told) in [
        ("", "The file is empty. Its first line must name the columns: hostname, ip_address, device_type"),
        ("\n,,\n", "The file is empty."),
        (
            "name,mac\nr1,x\n",
            "The first line does not name hostname, ip_address, device_type. It names 'name', which is not a column. \
             Name the columns there, separated by commas, semicolons or tabs.",
        ),
        ("hostname|ip_address|device_type\n", "The first line does not name hostname, ip_address, device_type."),
        ("hostname,ip_address\n", "The first line does not name device_type. Name"),
        (
            "hostname,ip_address,device_type,colour\n",
            "The first line names an unknown column 'colour'. Remove the column, or use one of hostname, ip_address,",
        ),
        ("hostname;ip_address;device_type;descripton\n", "unknown column 'descripton' (did you mean description?)"),
        ("hostname,ip,address,device_type\n", "names the column ip_address more than once"),
        ("\"hostname,ip_address\n", "Line 1: the quotation mark before 'hostname,ip_address' is never closed"),
    ] {
        let sentence = Sheet::open(text).err().unwrap();
        assert!(sentence.contains(told), "{text:?}: {sentence}");
    }
}

#[test]
fn a_wrong_row_says_every_reason_in_words() {
    let wrong = |row: &str, told: &str| {
        let text = format!("{HEAD},port,description,tags,source\n{row}\n");
        let sentence = fates(&text)[0].clone().unwrap_err();
        assert!(sentence.starts_with("Line 2: ") && sentence.ends_with('.') && sentence.contains(told), "{sentence}");
        assert!(!sentence.contains("pattern") && !sentence.contains('^'), "{sentence}");
    };
    wrong("r1,10.0.0.300,linux", "Line 2: the address '10.0.0.300' is not an IPv4 or IPv6 address.");
    wrong("r1,2001:db8::1%eth0,linux", "only link-local addresses");
    wrong("edge 1,10.0.0.1,linux", "the hostname 'edge 1' must start with a letter");
    wrong("-r1,10.0.0.1,linux", "the hostname '-r1'");
    wrong(",10.0.0.1,", "Line 2: the row has no hostname and no device_type.");
    wrong("r1,10.0.0.1,cisco_iox", "the platform 'cisco_iox' is not known: write cisco_ios or cisco_nxos.");
    wrong("r1,10.0.0.1,toaster", "use one of arista_eos, cisco_ios, cisco_nxos, linux.");
    wrong("r1,10.0.0.1,linux,ssh", "the port 'ssh' is not a number from 1 to 65535");
    wrong("r1,10.0.0.1,linux,0", "the port '0'");
    wrong("r1,10.0.0.1,linux,22,,a;b", "the tag 'a;b' may contain only letters");
    wrong("r1,10.0.0.1,linux,22,,,dreamt", "the source 'dreamt' must be local or imported");
    wrong(&format!("r1,10.0.0.1,linux,,{}", "x".repeat(501)), "the description has 501 characters; the maximum is 500");
    wrong("r 1,10.0.0,linus", "'r 1' must start");
    wrong("r 1,10.0.0,linus", "; the address '10.0.0' is not");
    wrong("r 1,10.0.0,linus", "; the platform 'linus' is not known: write linux.");
}

#[test]
fn a_platform_is_known_in_any_case_and_a_zone_is_kept() {
    let entry = one(&format!("{HEAD}\nZürich-1,FE80::1%eth0,Cisco_IOS\n"));
    assert_eq!((entry.platform(), entry.address(), entry.port()), ("cisco_ios", "fe80::1%eth0", 22));
    let row = Sheet::open("hostname,ip,platform\nr1,10.0.0.1,toaster\n").unwrap().next().unwrap().unwrap();
    assert_eq!(check(row, None).unwrap().platform(), "toaster", "nobody tells which platforms there are");
}

#[test]
fn a_transport_is_known_in_any_case_and_brings_its_usual_port() {
    let entry = |cells: &str| one(&format!("{HEAD},port,Protocol\nr1,10.0.0.1,linux,{cells}\n"));
    for (cells, transport, port) in [
        (",", None, 22),
        (",SSH", Some(Transport::Ssh), 22),
        (",Telnet", Some(Transport::Telnet), 23),
        ("2023,telnet", Some(Transport::Telnet), 2023),
        ("7001,tcp", Some(Transport::Tcp), 7001),
    ] {
        let entry = entry(cells);
        assert_eq!((entry.input.transport, entry.port()), (transport, port), "{cells}");
    }
    let refused = |cells: &str| {
        let row = Sheet::open(&format!("{HEAD},port,transport\nr1,10.0.0.1,linux,{cells}\n")).unwrap().next();
        check(row.unwrap().unwrap(), None).unwrap_err().row.sentence
    };
    assert!(refused(",rlogin").contains("the transport 'rlogin' must be ssh, telnet or tcp"));
    assert!(refused(",tcp").contains("the row has no port, which the transport tcp needs"));
}

#[test]
fn twins_in_a_file_are_told_by_their_lines() {
    let rows = "r1,10.0.0.1,linux\nR1,10.0.0.2,linux\nr3,10.0.0.1,linux\nr4,fe80::1%eth0,linux\nr5,fe80::1%eth1,linux\nr6,FE80::1%eth1,linux";
    let told = fates(&format!("{HEAD}\n{rows}\n"));
    assert_eq!(told[1], Err("Line 3: line 2 already has the hostname R1.".to_owned()));
    assert_eq!(told[2], Err("Line 4: line 2 already has the address 10.0.0.1 with the port 22.".to_owned()));
    assert!(told[3].is_ok() && told[4].is_ok(), "another zone is another place: {told:?}");
    assert_eq!(told[5], Err("Line 7: line 6 already has the address fe80::1%eth1 with the port 22.".to_owned()));
}

#[test]
fn a_row_that_went_in_before_is_known_and_another_device_is_not_changed() {
    let entry = one(&format!("{HEAD}\nr1,10.0.0.1,linux\n"));
    let there = |hostname: &str, ip_address: &str, device_type: &str| There {
        hostname: hostname.into(),
        ip_address: ip_address.into(),
        port: 22,
        device_type: device_type.into(),
        transport: Transport::Ssh,
    };
    let same = there("R1", "10.0.0.1", "linux");
    assert!(matches!(compare(&entry, Some(&same), Some(&same)), Fate::Present(_)));
    assert!(matches!(compare(&entry, None, None), Fate::New));
    let told = |by_name: Option<&There>, by_place: Option<&There>| match compare(&entry, by_name, by_place) {
        Fate::Taken(refusal) => refusal.row.sentence,
        other => panic!("{other:?}"),
    };
    let moved = there("r1", "10.0.0.9", "linux");
    assert!(told(Some(&moved), None).starts_with("Line 2: the hostname r1 already exists, at 10.0.0.9:22: "));
    let other = there("r1", "10.0.0.1", "cisco_ios");
    assert!(told(Some(&other), Some(&other)).contains("already exists, as cisco_ios: "));
    let telnet = There { transport: Transport::Telnet, ..there("r1", "10.0.0.1", "linux") };
    assert!(matches!(compare(&entry, Some(&telnet), None), Fate::Present(_)), "the file names no transport");
    let over_ssh = one(&format!("{HEAD},transport\nr1,10.0.0.1,linux,ssh\n"));
    match compare(&over_ssh, Some(&telnet), None) {
        Fate::Taken(refusal) => assert!(refusal.row.sentence.contains("already exists, with the transport telnet: ")),
        other => panic!("{other:?}"),
    }
    let neighbour = there("r9", "10.0.0.1", "linux");
    assert!(told(None, Some(&neighbour)).starts_with("Line 2: r9 is already at 10.0.0.1:22"));
}

#[test]
fn what_is_never_closed_ends_the_file_and_is_told() {
    let told =
        fates(&format!("{HEAD},description\nr1,10.0.0.1,linux,x\nr2,10.0.0.2,linux,\"Rack 4\nr3,10.0.0.3,linux,\n"));
    assert_eq!(told.len(), 2);
    assert!(told[1].as_ref().unwrap_err().starts_with("Line 3: the quotation mark before 'Rack 4'"), "{told:?}");
}

#[test]
fn the_answer_is_small_however_many_rows_are_wrong() {
    let mut tally = Tally::default();
    for number in 1..=100_000 {
        let kind = if number % 2 == 0 { RefusalKind::Taken } else { RefusalKind::Wrong };
        tally.refuse(Refusal::new(Place::Line(number + 1), number, Some("r".repeat(1_000)), kind, "it is wrong"));
    }
    let imported = tally.imported();
    assert_eq!((imported.refused, imported.errors.len()), (100_000, LISTED));
    let (count, listed) = tally.refused(RefusalKind::Taken);
    assert_eq!((count, listed.len()), (50_000, LISTED), "no more are kept either");
    assert_eq!(imported.errors.iter().map(|error| error.line).take(3).collect::<Vec<_>>(), [2, 3, 4]);
    assert!(serde_json::to_string(&imported).unwrap().len() < 200_000);
}
