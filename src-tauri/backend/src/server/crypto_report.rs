//! The crypto report: what the devices agreed on, counted, and who would be lost without old algorithms.

use axum::Json;
use axum::extract::State;
use jiff::{SignedDuration, Timestamp};
use netraven_api::crypto_report::{
    AlgorithmUse, CryptoDevice, CryptoLoss, CryptoPart, CryptoReport, GetCryptoReport, OldCrypto, REPORT_WEEKS,
};

use super::AppState;
use super::http::error::ApiError;
use super::http::mount::Mount;
use crate::store::crypto_report::AgreedAt;

/// Hours of a week.
const WEEK_H: i64 = 7 * 24;

/// Mounts the endpoint.
pub fn mount(mount: &mut Mount) {
    mount.add::<GetCryptoReport, _>(report);
}

async fn report(State(state): State<AppState>) -> Result<Json<CryptoReport>, ApiError> {
    let weeks = weeks_until(state.store.now().await?);
    // The present is counted from the devices themselves, so that the two agree.
    let past = &weeks[..weeks.len().saturating_sub(1)];
    let history = state.store.crypto_history(past).await?;
    let devices = state.store.crypto_devices().await?;
    let all = state.store.devices_by_transport().await?;
    Ok(Json(CryptoReport {
        algorithms: uses(&devices),
        losses: OldCrypto::ALL.into_iter().map(|without| loss(without, &devices, &history, past.len())).collect(),
        weeks,
        never_read: (all.ssh - count(devices.len())).max(0),
        without_ssh: all.others,
        devices,
    }))
}

/// The moments of the history, the last one being now.
fn weeks_until(now: Timestamp) -> Vec<Timestamp> {
    let weeks = (0..count(REPORT_WEEKS)).rev();
    weeks.filter_map(|back| now.checked_sub(SignedDuration::from_hours(back * WEEK_H)).ok()).collect()
}

/// The algorithms in use, by part, the commonest first.
fn uses(devices: &[CryptoDevice]) -> Vec<AlgorithmUse> {
    let mut uses: Vec<AlgorithmUse> = Vec::new();
    for part in CryptoPart::ALL {
        for name in devices.iter().map(|device| part.of(&device.algorithms)).filter(|name| !name.is_empty()) {
            match uses.iter_mut().find(|one| one.part == part && one.name == name) {
                Some(known) => known.devices += 1,
                None => uses.push(AlgorithmUse { part, name: name.to_owned(), devices: 1 }),
            }
        }
    }
    uses.sort_by(|one, other| (one.part, other.devices, &one.name).cmp(&(other.part, one.devices, &other.name)));
    uses
}

/// Who would be lost without some old algorithms, now and at each of the past moments.
fn loss(without: OldCrypto, devices: &[CryptoDevice], history: &[AgreedAt], past: usize) -> CryptoLoss {
    let lost = devices.iter().filter(|device| without.is_needed_by(&device.algorithms));
    let device_ids: Vec<_> = lost.map(|device| device.device_id).collect();
    let mut by_week = vec![0; past];
    for agreed in history.iter().filter(|agreed| without.is_needed_by(&agreed.algorithms)) {
        if let Some(week) = by_week.get_mut(agreed.moment) {
            *week += agreed.devices;
        }
    }
    by_week.push(count(device_ids.len()));
    CryptoLoss { without, device_ids, by_week }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use netraven_api::evidence::Algorithms;

    use super::*;

    fn agreed(kex: &str, mac: &str) -> Algorithms {
        let [kex, host_key, cipher, mac] = [kex, "ssh-ed25519", "aes256-ctr", mac].map(str::to_owned);
        Algorithms { kex, host_key, cipher, mac }
    }

    fn devices() -> Vec<CryptoDevice> {
        let device = |id: i64, algorithms| CryptoDevice {
            device_id: id.into(),
            hostname: format!("sw-{id}"),
            ip_address: format!("10.0.0.{id}"),
            algorithms,
            seen_at: Timestamp::UNIX_EPOCH,
        };
        vec![
            device(1, agreed("diffie-hellman-group1-sha1", "hmac-sha2-256")),
            device(2, agreed("curve25519-sha256", "hmac-sha2-256")),
            device(3, agreed("curve25519-sha256", "hmac-sha1")),
        ]
    }

    #[test]
    fn algorithms_are_counted_by_part_the_commonest_first() {
        let uses = uses(&devices());
        let told: Vec<(CryptoPart, &str, i64)> =
            uses.iter().map(|one| (one.part, one.name.as_str(), one.devices)).collect();
        assert_eq!(
            told,
            [
                (CryptoPart::Kex, "curve25519-sha256", 2),
                (CryptoPart::Kex, "diffie-hellman-group1-sha1", 1),
                (CryptoPart::HostKey, "ssh-ed25519", 3),
                (CryptoPart::Cipher, "aes256-ctr", 3),
                (CryptoPart::Mac, "hmac-sha2-256", 2),
                (CryptoPart::Mac, "hmac-sha1", 1),
            ]
        );
    }

    #[test]
    fn the_history_of_a_loss_ends_with_its_devices() {
        let at = |moment, kex, devices| AgreedAt { moment, algorithms: agreed(kex, "hmac-sha1"), devices };
        let history =
            [at(0, "diffie-hellman-group1-sha1", 4), at(0, "curve25519-sha256", 2), at(2, "curve25519-sha256", 3)];
        let sha1 = loss(OldCrypto::Sha1, &devices(), &history, 3);
        assert_eq!((sha1.device_ids, sha1.by_week), (vec![1.into(), 3.into()], vec![6, 0, 3, 2]));
        let groups = loss(OldCrypto::FixedGroups, &devices(), &history, 3);
        assert_eq!((groups.device_ids, groups.by_week), (vec![1.into()], vec![4, 0, 0, 1]));
    }

    #[test]
    fn the_moments_are_a_week_apart_and_end_now() {
        let now: Timestamp = "2026-11-30T12:00:00Z".parse().unwrap();
        let weeks = weeks_until(now);
        assert_eq!((weeks.len(), weeks.last()), (REPORT_WEEKS, Some(&now)));
        assert_eq!(weeks[0].to_string(), "2026-09-14T12:00:00Z");
    }
}
