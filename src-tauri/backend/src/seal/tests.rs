//! Sealed values stay shut for everyone but the right key and place; key files are made once and kept private.

use std::fs;

use base64::Engine;
use proptest::prelude::*;

use super::{KeyFileError, SealError, SealKey};

const PLACE: &str = "credentials.password:17";

#[test]
fn what_is_sealed_opens_in_its_place_with_its_key() {
    let key = SealKey::generate();
    let sealed = key.seal(PLACE, b"s3cret");
    assert_eq!(key.open(PLACE, &sealed).unwrap().as_slice(), b"s3cret");
    assert_eq!(key.open("credentials.password:18", &sealed), Err(SealError::Refused));
    assert_eq!(SealKey::generate().open(PLACE, &sealed), Err(SealError::Refused));
    assert_eq!(key.open_text(PLACE, &key.seal_text(PLACE, "pässword")).unwrap().as_str(), "pässword");
    assert_eq!(key.open_text(PLACE, &key.seal_text(PLACE, "")).unwrap().as_str(), "");
    assert_eq!(key.open_text(PLACE, "not base64!"), Err(SealError::UnknownForm));
}

#[test]
fn the_same_secret_never_looks_the_same() {
    let key = SealKey::generate();
    let (one, two) = (key.seal(PLACE, b"s3cret"), key.seal(PLACE, b"s3cret"));
    assert_ne!(one, two);
    assert_ne!(one[1..25], two[1..25]);
    assert!(!one.windows(6).any(|window| window == b"s3cret"));
}

#[test]
fn every_flipped_bit_and_every_cut_is_noticed() {
    let key = SealKey::generate();
    let sealed = key.seal(PLACE, b"s3cret");
    for bit in 0..sealed.len() * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(key.open(PLACE, &changed).is_err(), "bit {bit}");
    }
    for length in 0..sealed.len() {
        assert!(key.open(PLACE, &sealed[..length]).is_err(), "length {length}");
    }
    let mut longer = sealed.clone();
    longer.push(0);
    assert_eq!(key.open(PLACE, &longer), Err(SealError::Refused));
    let mut newer = sealed;
    newer[0] = 2;
    assert_eq!(key.open(PLACE, &newer), Err(SealError::UnknownForm));
}

#[test]
fn a_known_value_stays_readable() {
    let key = SealKey::from_text("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
    let sealed = "AXKAMuFOyPRtNrubMYxzzCTMzRxpk7sY/zzh/OVZLrXtcp9o1S+CqrmQUM72nXk=";
    assert_eq!(key.open_text(PLACE, sealed).unwrap().as_str(), "s3cret");
}

#[test]
fn the_key_and_what_it_opens_are_never_printed() {
    let key = SealKey::from_text("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
    assert_eq!(format!("{key:?}"), "SealKey");
    assert_eq!(key.to_text().as_str(), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    assert!(SealKey::from_text("AAEC").is_none());
}

#[test]
fn derived_keys_differ_from_each_other_and_stay_the_same() {
    let key = SealKey::generate();
    assert_eq!(key.fingerprint_key(), key.clone().fingerprint_key());
    assert_ne!(key.fingerprint_key(), key.jwt_key());
    assert_ne!(key.jwt_key(), SealKey::generate().jwt_key());
    assert_ne!(super::STANDARD.encode(key.jwt_key()), key.to_text().as_str());
}

#[test]
fn a_key_file_is_made_once_and_kept_private() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seal.key");
    let keys: Vec<_> = std::thread::scope(|scope| {
        let started: Vec<_> =
            (0..8).map(|_| scope.spawn(|| SealKey::load_or_create(&path).unwrap().jwt_key())).collect();
        started.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(keys.iter().all(|key| *key == keys[0]), "all got the one key");
    assert_eq!(SealKey::load_or_create(&path).unwrap().jwt_key(), keys[0]);
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["seal.key"]);
}

#[cfg(unix)]
#[test]
fn a_key_file_open_to_others_is_closed() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seal.key");
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    super::write_private(&path, b"").unwrap();
    assert_eq!(mode(), 0o600, "from its first moment");
    fs::remove_file(&path).unwrap();
    SealKey::load_or_create(&path).unwrap();
    assert_eq!(mode(), 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    SealKey::load_or_create(&path).unwrap();
    assert_eq!(mode(), 0o600);
}

#[test]
fn a_file_that_is_no_key_is_refused_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seal.key");
    for content in [&b""[..], b"hello", b"\xff\xfe", b"AAEC"] {
        fs::write(&path, content).unwrap();
        let error = SealKey::load_or_create(&path).unwrap_err();
        assert!(matches!(error, KeyFileError::NotAKey { .. }));
        assert!(error.to_string().contains(&path.display().to_string()), "{error}");
        assert_eq!(fs::read(&path).unwrap(), content);
    }
    let nowhere = SealKey::load_or_create(&path.join("seal.key")).unwrap_err();
    assert!(matches!(nowhere, KeyFileError::Io { .. }), "{nowhere}");
}

mod passwords {
    use super::super::password::{Params, Verdict, hash, production_params, verify, verify_dummy};

    fn quick() -> Params {
        Params::new(64, 1, 1, None).unwrap()
    }

    #[test]
    fn a_new_hash_is_argon2id_and_salted() {
        let (one, two) = (hash("correct horse", &quick()), hash("correct horse", &quick()));
        assert!(one.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{one}");
        assert_ne!(one, two);
        assert_eq!(verify("correct horse", &one, &quick()), Verdict::Right { needs_rehash: false });
        assert_eq!(verify("correct horsf", &one, &quick()), Verdict::Wrong);
        assert_eq!(verify("", &one, &quick()), Verdict::Wrong);
    }

    #[test]
    fn a_hash_of_other_strength_asks_for_a_new_one() {
        let weak = hash("x", &quick());
        assert_eq!(verify("x", &weak, &Params::new(128, 1, 1, None).unwrap()), Verdict::Right { needs_rehash: true });
        let strong = hash("x", &production_params());
        assert!(strong.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{strong}");
        assert_eq!(verify("x", &strong, &production_params()), Verdict::Right { needs_rehash: false });
    }

    #[test]
    fn a_bcrypt_hash_is_understood_and_asks_for_a_new_one() {
        let made = bcrypt::hash("admin123", 4).unwrap();
        assert!(made.starts_with("$2b$"));
        assert_eq!(verify("admin123", &made, &quick()), Verdict::Right { needs_rehash: true });
        assert_eq!(verify("admin124", &made, &quick()), Verdict::Wrong);
        let long = "p".repeat(80);
        let cut = bcrypt::hash(&long[..72], 4).unwrap();
        assert_eq!(verify(&long, &cut, &quick()), Verdict::Right { needs_rehash: true });
        // Made by another implementation (libxcrypt), the second from eighty letters.
        let known = "$2b$05$abcdefghijklmnopqrstuuU.w/DwqWfGsjmbCuJzKyVnDDv3IEaMa";
        assert_eq!(verify("admin123", known, &quick()), Verdict::Right { needs_rehash: true });
        let known = "$2b$04$abcdefghijklmnopqrstuuNt.0ah97gHY3F7JC1Z6EXmQc0bQBhIO";
        assert_eq!(verify(&long, known, &quick()), Verdict::Right { needs_rehash: true });
    }

    #[test]
    fn a_broken_hash_lets_nobody_in() {
        for broken in
            ["", "admin", "$2b$", "$2b$99$xx", "$argon2id$", "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ", "!", "*"]
        {
            assert_eq!(verify("", broken, &quick()), Verdict::Wrong, "{broken}");
            assert_eq!(verify(broken, broken, &quick()), Verdict::Wrong, "{broken}");
        }
        verify_dummy("anything", &quick());
    }

    #[test]
    fn an_unknown_user_takes_as_long_as_a_wrong_password() {
        let params = Params::new(4096, 2, 1, None).unwrap();
        let stored = hash("right", &params);
        let shortest = |work: &dyn Fn()| {
            (0..7)
                .map(|_| {
                    let started = std::time::Instant::now();
                    work();
                    started.elapsed()
                })
                .min()
                .unwrap()
                .as_secs_f64()
        };
        let known = shortest(&|| assert_eq!(verify("wrong", &stored, &params), Verdict::Wrong));
        let unknown = shortest(&|| verify_dummy("wrong", &params));
        assert!((0.1..10.0).contains(&(unknown / known)), "{unknown} against {known}");
    }
}

proptest! {
    #[test]
    fn anything_seals_and_opens(context in any::<String>(), secret in any::<Vec<u8>>()) {
        let key = SealKey::generate();
        let sealed = key.seal(&context, &secret);
        let opened = key.open(&context, &sealed).unwrap();
        prop_assert_eq!(opened.as_slice(), secret.as_slice());
    }

    #[test]
    fn rubbish_is_refused_without_a_panic(bytes in any::<Vec<u8>>(), text in any::<String>()) {
        let key = SealKey::generate();
        prop_assert!(key.open(PLACE, &bytes).is_err());
        prop_assert!(key.open_text(PLACE, &text).is_err());
    }
}
