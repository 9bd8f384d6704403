//! The crypto report: what each device last agreed on, who would be lost without old algorithms, and since when.

use netraven_api::crypto_report::{CryptoPart, CryptoReport, GetCryptoReport, OldCrypto};
use netraven_lab::{DeviceSpec, Platform};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::work::{self, Enrolled};

/// Devices and their results, each with an age in days. `old` was upgraded ten days ago, and since then only its port
/// was checked; `ancient` was not read for long; `console` was reached by SSH before it was moved to telnet.
const FILL: [&str; 4] = [
    "insert into devices (hostname, ip_address, device_type, transport) values
         ('ancient', '192.0.2.1', 'cisco_ios', 'ssh'), ('console', '192.0.2.2', 'cisco_ios', 'telnet'),
         ('fresh', '192.0.2.3', 'linux', 'ssh'), ('never', '192.0.2.4', 'linux', 'ssh'),
         ('old', '192.0.2.5', 'cisco_ios', 'ssh')",
    "insert into jobs (name, job_type) values ('backup', 'config_backup')",
    "insert into job_runs (id, job_id, trigger, status)
     select n, id, 'manual', 'succeeded' from jobs, generate_series(1, 7) n",
    "insert into job_results (run_id, job_id, device_id, job_type, status, result_time, details)
     select u.id, u.job_id, d.id, 'config_backup', 'success', now() - make_interval(days => r.days),
         case when r.kex = '' then jsonb_build_object('tcp_ms', 4) else jsonb_build_object('algorithms',
             jsonb_build_object('kex', r.kex, 'host_key', r.host_key, 'cipher', r.cipher, 'mac', r.mac)) end
     from devices d join (values
         (1, 'ancient', 300, 'diffie-hellman-group1-sha1', 'ssh-rsa', '3des-cbc', 'hmac-sha1'),
         (2, 'console', 20, 'diffie-hellman-group1-sha1', 'ssh-rsa', '3des-cbc', 'hmac-sha1'),
         (3, 'fresh', 1, 'curve25519-sha256', 'ssh-ed25519', 'aes256-gcm@openssh.com', 'implicit'),
         (4, 'never', 1, '', '', '', ''),
         (5, 'old', 40, 'diffie-hellman-group14-sha1', 'ssh-rsa', 'aes256-ctr', 'hmac-sha2-256'),
         (6, 'old', 10, 'diffie-hellman-group14-sha256', 'rsa-sha2-512', 'aes256-ctr', 'hmac-sha2-256'),
         (7, 'old', 2, '', '', '', '')) r (run, hostname, days, kex, host_key, cipher, mac) on r.hostname = d.hostname
     join job_runs u on u.id = r.run",
];

/// Who would be lost, by hostname, and the number at each moment.
fn lost(report: &CryptoReport, without: OldCrypto) -> (Vec<&str>, Vec<i64>) {
    let loss = report.losses.iter().find(|loss| loss.without == without);
    let (ids, weeks) = loss.map(|loss| (loss.device_ids.clone(), loss.by_week.clone())).unwrap_or_default();
    let named = report.devices.iter().filter(|device| ids.contains(&device.device_id));
    (named.map(|device| device.hostname.as_str()).collect(), weeks)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_result_with_algorithms_counts_for_each_device_and_each_week() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let empty = app.client.send(&GetCryptoReport).await?;
    assert_eq!((empty.devices.len(), empty.algorithms.len(), empty.never_read, empty.without_ssh), (0, 0, 0, 0));
    for sql in FILL {
        sqlx::query(sql).execute(app.pool()).await?;
    }
    let report = app.client.send(&GetCryptoReport).await?;
    let names: Vec<&str> = report.devices.iter().map(|device| device.hostname.as_str()).collect();
    assert_eq!(names, ["ancient", "fresh", "old"], "one that is not reached by SSH any more is not among them");
    assert_eq!((report.never_read, report.without_ssh), (1, 1));
    assert_eq!(report.devices[2].algorithms.host_key, "rsa-sha2-512", "a check of its port says nothing new");
    let days = (report.weeks[11].as_second() - report.devices[2].seen_at.as_second()) / 86_400;
    assert_eq!((report.weeks.len(), days), (12, 10));

    let kex: Vec<(&str, i64)> = report
        .algorithms
        .iter()
        .filter(|one| one.part == CryptoPart::Kex)
        .map(|one| (one.name.as_str(), one.devices))
        .collect();
    let expected = [("curve25519-sha256", 1), ("diffie-hellman-group1-sha1", 1), ("diffie-hellman-group14-sha256", 1)];
    assert_eq!(kex, expected);

    // The old one was read 40 days ago and again, upgraded, 10 days ago: it counts 35, 28, 21 and 14 days ago.
    let ancient = vec!["ancient"];
    let while_old = vec![1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 1, 1];
    assert_eq!(lost(&report, OldCrypto::Sha1), (ancient.clone(), while_old.clone()));
    assert_eq!(lost(&report, OldCrypto::FixedGroups), (ancient.clone(), while_old.clone()));
    assert_eq!(lost(&report, OldCrypto::SshRsa), (ancient.clone(), while_old));
    assert_eq!(lost(&report, OldCrypto::Cbc), (ancient, vec![1; 12]));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_was_backed_up_is_in_the_report() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![DeviceSpec::new("good", Platform::CiscoIos)]).await?;
    work::run(&app.client, lab.job).await?;
    let report = app.client.send(&GetCryptoReport).await?;
    assert_eq!((report.devices.len(), report.never_read), (1, 0));
    assert_eq!(report.devices[0].hostname, "good");
    for part in CryptoPart::ALL {
        assert!(!part.of(&report.devices[0].algorithms).is_empty(), "{part}");
    }
    app.stop().await;
    Ok(())
}
