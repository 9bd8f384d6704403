//! The page of the crypto report: what would be lost, what is in use, and the devices behind each number.

use std::rc::Rc;

use netraven_api::Problem;
use netraven_api::crypto_report::{AlgorithmUse, CryptoDevice, CryptoLoss, CryptoPart, CryptoReport, OldCrypto};
use netraven_api::evidence::Algorithms;
use netraven_api::native::Feature;
use netraven_api::problem::Code;

use crate::support::{Fake, Screen, at};

const ROUTE: &str = "GET /reports/crypto";
const PAGE: &str = "/crypto-report";

fn device(id: i64, hostname: &str, names: [&str; 4]) -> CryptoDevice {
    let [kex, host_key, cipher, mac] = names.map(str::to_owned);
    CryptoDevice {
        device_id: id.into(),
        hostname: hostname.into(),
        ip_address: format!("10.20.0.{id}"),
        algorithms: Algorithms { kex, host_key, cipher, mac },
        seen_at: at(-7_200),
    }
}

fn report() -> CryptoReport {
    let devices = vec![
        device(7, "core-sw-1", ["curve25519-sha256", "ssh-ed25519", "aes256-ctr", "hmac-sha2-256"]),
        device(9, "edge-fra-09", ["diffie-hellman-group1-sha1", "ssh-rsa", "aes256-ctr", "hmac-sha2-256"]),
    ];
    let mut algorithms = Vec::new();
    for (part, name, devices) in [
        (CryptoPart::Kex, "curve25519-sha256", 1),
        (CryptoPart::Kex, "diffie-hellman-group1-sha1", 1),
        (CryptoPart::HostKey, "ssh-ed25519", 1),
        (CryptoPart::HostKey, "ssh-rsa", 1),
        (CryptoPart::Cipher, "aes256-ctr", 2),
        (CryptoPart::Mac, "hmac-sha2-256", 2),
    ] {
        algorithms.push(AlgorithmUse { part, name: name.into(), devices });
    }
    let losses = OldCrypto::ALL.map(|without| {
        let lost = devices.iter().filter(|device| without.is_needed_by(&device.algorithms));
        let device_ids: Vec<_> = lost.map(|device| device.device_id).collect();
        let now = i64::try_from(device_ids.len()).unwrap();
        CryptoLoss { without, device_ids, by_week: vec![3 * now, now] }
    });
    CryptoReport {
        algorithms,
        losses: losses.to_vec(),
        weeks: vec![at(-604_800), at(0)],
        devices,
        never_read: 4,
        without_ssh: 1,
    }
}

fn filled() -> Rc<Fake> {
    Fake::filled(|fake| fake.answer(ROUTE, &report()))
}

#[test]
fn it_says_what_would_be_lost_and_what_is_in_use() {
    let screen = Screen::open(&filled(), PAGE);
    let lost = screen.part("table aria-label=\"Devices that would be lost\"", "h2");
    for (row, number) in [("SHA-1", "\"1 device\""), ("3DES and CBC ciphers", "\"none\"")] {
        let shown = lost.split(&format!("\"{row}\"")).nth(1).unwrap();
        assert!(shown.lines().take(4).any(|line| line.contains(number)), "{row}: {lost}");
    }
    assert!(lost.contains("aria-label=\"2026-11-16: 3, 2026-11-23: 1\""), "{lost}");
    let kex = screen.part("table aria-label=\"Key exchange\"", "table aria-label=\"Host key\"");
    assert!(kex.contains("diffie-hellman-group1-sha1") && kex.contains("\"1 device\""), "{kex}");
    let cipher = screen.part("table aria-label=\"Cipher\"", "table aria-label=\"MAC\"");
    assert!(cipher.contains("aes256-ctr") && cipher.contains("\"2 devices\""), "{cipher}");
    assert!(screen.shows("2 devices read over SSH"));
    assert!(screen.shows("Not known: 4 devices without a result") && screen.shows("Not encrypted: 1 device reached"));
}

#[test]
fn each_number_leads_to_its_devices_and_they_are_copied() {
    let screen = Screen::open(&filled(), PAGE);
    let html = screen.html();
    for address in ["without=sha1", "without=ssh_rsa", "kex=curve25519-sha256", "cipher=aes256-ctr"] {
        assert!(html.contains(&format!("href=\"/crypto-report?{address}\"")), "{address}");
    }
    assert!(!html.contains("without=cbc"), "nobody would be lost");
    let mut screen = Screen::open(&filled(), "/crypto-report?without=sha1");
    let list = screen.part("h1", "section aria-label=\"Notices\"");
    assert!(
        list.contains("Lost without SHA-1") && list.contains("edge-fra-09") && !list.contains("core-sw-1"),
        "{list}"
    );
    assert!(list.contains("hostname=edge-fra-09") && list.contains("10.20.0.9"), "{list}");
    screen.press("Copy as CSV");
    assert!(screen.shows("1 device was copied."));
    let row =
        "edge-fra-09,10.20.0.9,diffie-hellman-group1-sha1,ssh-rsa,aes256-ctr,hmac-sha2-256,2026-11-23T12:05:00Z\n";
    assert!(screen.clipboard().ends_with(row), "{}", screen.clipboard());
    let screen = Screen::open(&filled(), "/crypto-report?without=cbc&page=7");
    assert!(screen.shows("No such device") && screen.shows("Nothing to copy."));
}

#[test]
fn nothing_failure_and_another_server_have_their_own_faces() {
    let fake = Fake::filled(|fake| fake.hang(ROUTE));
    assert!(Screen::open(&fake, PAGE).shows("Loading the crypto report"));
    fake.answer(ROUTE, &CryptoReport { never_read: 2, ..CryptoReport::default() });
    let empty = Screen::open(&fake, PAGE);
    assert!(empty.shows("No device has been read over SSH yet"));
    assert!(empty.shows("Not known: 2 devices without a result of an SSH session."), "{}", empty.outline());
    fake.refuse(ROUTE, Problem::new(Code::Unreachable, "The server did not answer."));
    let mut failed = Screen::open(&fake, PAGE);
    assert!(failed.shows("The crypto report could not be loaded"));
    fake.answer(ROUTE, &report());
    failed.press("Try again");
    assert!(failed.shows("What would be lost"));
    let other = Fake::lacking(Feature::CryptoReport, "This server does not record algorithms.", |_| ());
    let screen = Screen::open(&other, PAGE);
    assert!(screen.shows("No crypto report") && screen.shows("This server does not record algorithms."));
    assert!(other.calls(ROUTE).is_empty());
}
