//! Keys as programs write them and as people paste them.

use openssl::dsa::Dsa;
use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::rsa::Rsa;
use openssl::symm::Cipher;

use super::*;

/// Made by ssh-keygen, without a passphrase.
const PLAIN: &str = "-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACAugXPrS+8/zutshp5iozl3IU83i9XcIodROmbzt1PLZwAAAIjldqK05Xai
tAAAAAtzc2gtZWQyNTUxOQAAACAugXPrS+8/zutshp5iozl3IU83i9XcIodROmbzt1PLZw
AAAEBgMxeimTx2PWfvGwiwAHOb8m51GCVCFPcGIvDHAeFF1S6Bc+tL7z/O62yGnmKjOXch
TzeL1dwih1E6ZvO3U8tnAAAAAAECAwQF
-----END OPENSSH PRIVATE KEY-----
";
/// Made by ssh-keygen, with one round; the passphrase is `open sesame`.
const LOCKED: &str = "-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABAvmTwRqE
P/PGqci9ATKSGNAAAAAQAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIKGVqkPmChtr/C26
uRyraNTYn/qxtpKaJvv0rVzU43fdAAAAkODXtQORqWT7DixAAf+3v4aC3OQ5Aip09Q8WWN
nY2779jdOjN6zhDcIb5bldm2MhJAsLXg//H4mvAgvlmrq+sNNZeGO9QANFwKifEvoDsMVK
ISaNSWY2Xf14Exups6mSo8/H1HmAQ4HbWPNRdQOU6Yx9rmL1O95RCsF14OKPuLskonil9a
PnkMG9hlrqPRI4Yw==
-----END OPENSSH PRIVATE KEY-----
";
/// RSA with 1024 bits.
const SMALL: &str = "-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAlwAAAAdzc2gtcn
NhAAAAAwEAAQAAAIEA6RNKiJ4qpdHllPYc96xbzaVr6qpIleGmPtYfT6FZshbNFKMmvo8v
bTaEAQFTSJWt9MO8KXHJJ68RDThwjty8N9ZJs+XY2TJAL/hlhp4XY18APkZgDYU5LZpODX
xL16evaLj9w+wQ00dX2U0OXdAnpPvNWqS3fPNYxXor4j8cVScAAAH4kQScBJEEnAQAAAAH
c3NoLXJzYQAAAIEA6RNKiJ4qpdHllPYc96xbzaVr6qpIleGmPtYfT6FZshbNFKMmvo8vbT
aEAQFTSJWt9MO8KXHJJ68RDThwjty8N9ZJs+XY2TJAL/hlhp4XY18APkZgDYU5LZpODXxL
16evaLj9w+wQ00dX2U0OXdAnpPvNWqS3fPNYxXor4j8cVScAAAADAQABAAAAgQDPo9kFxu
q1mT3PrEZ4O3v5xAJVJ+jMZh+l4To5xcPTzU5csVCl+YfF4whMoPKiOn6kDPCHd5A+I0+s
mHhmPa4K2S9D6cDpcMnYIwedYdkz54waaRWm318euHN59jmX5gCLTVKcwp7d8RdCBsYKqV
f6TymB0o1b4pgBuVFouHM+KQAAAEAbdr8J1wdkQZgUnWmlTSu14ASJqOpDg7zH6544V8og
utacNwfvZYIcYlCzhvJhdIWjPVvU9KjBy8RbEliKfpxhAAAAQQD5knwezBeyGVXOFsfudK
Le54K9qgdFuOKvkHBgr0Y1oeZ29jUuiz9Twb+SXjCEnLyedmuDgE071jDzpFRM3eSlAAAA
QQDvFAly52/ayVGA/VUixmwnOkwqoOYv5oRQfIsKNNJOO3jgElN1VFyakUkdS44iNJH/sT
Xju5ElEhyN/L5tqgzbAAAAAAEC
-----END OPENSSH PRIVATE KEY-----
";
const PASSPHRASE: &str = "open sesame";

fn refusal(text: &str, passphrase: &str) -> KeyRefusal {
    read(text, passphrase).err().expect("a key that should have been refused")
}

/// The sentence about a key that is refused.
fn told(text: &str) -> String {
    match refusal(text, "") {
        KeyRefusal::Key(sentence) => sentence,
        KeyRefusal::Passphrase(sentence) => panic!("about the passphrase: {sentence}"),
    }
}

/// What `ssh-keygen -l` prints of the keys above.
#[test]
fn a_key_of_openssh_is_known_by_its_fingerprint_and_kept_as_it_is() {
    let key = read(PLAIN, "").ok().unwrap();
    assert_eq!(key.shown.to_string(), "ssh-ed25519 SHA256:kqtKr7k/2Ca/JNLx9X3WO+X4eVvCGhhkExdgFl8KrVs");
    assert_eq!((key.entered.as_str(), key.plain.as_str()), (PLAIN, PLAIN));
    assert!(key.passphrase.is_none());
}

#[test]
fn a_passphrase_opens_its_key_and_a_wrong_or_a_missing_one_says_so() {
    let key = read(LOCKED, PASSPHRASE).ok().unwrap();
    assert_eq!(key.shown.sha256, "SHA256:5leSYDErseJbl9Toge4SGZ/jQOT6jtXOq+AE1/twTFQ");
    assert_eq!(key.entered.as_str(), LOCKED);
    assert_eq!(key.passphrase.as_ref().map(|text| text.as_str()), Some(PASSPHRASE));
    assert_eq!(read(&key.plain, "").ok().unwrap().shown, key.shown, "it is opened");
    assert_eq!(refusal(LOCKED, "open sesame!"), wrong_passphrase());
    assert_eq!(refusal(LOCKED, "open sesame\0"), wrong_passphrase());
    let about = |refusal: KeyRefusal| match refusal {
        KeyRefusal::Passphrase(sentence) => sentence,
        KeyRefusal::Key(sentence) => panic!("about the key: {sentence}"),
    };
    assert!(about(refusal(LOCKED, "")).contains("protected by a passphrase"));
    assert!(about(refusal(PLAIN, PASSPHRASE)).contains("has no passphrase"));
}

#[test]
fn what_pasting_does_to_a_key_is_undone() {
    for pasted in [
        PLAIN.replace('\n', "\r\n"),
        PLAIN.replace('\n', " "),
        PLAIN.lines().map(|line| format!("   {line}  \n\n")).collect(),
        format!("My key:\n{PLAIN}\nThanks!"),
    ] {
        assert_eq!(read(&pasted, "").ok().unwrap().entered.as_str(), PLAIN, "{pasted:?}");
    }
}

#[test]
fn every_form_of_pem_comes_out_in_the_form_of_openssh() {
    let rsa = Rsa::generate(2048).unwrap();
    let curve = |nid| EcKey::generate(&EcGroup::from_curve_name(nid).unwrap()).unwrap();
    let (p256, p384, p521) = (curve(Nid::X9_62_PRIME256V1), curve(Nid::SECP384R1), curve(Nid::SECP521R1));
    let ed25519 = PKey::generate_ed25519().unwrap();
    let (pkcs8, secret) = (PKey::from_rsa(rsa.clone()).unwrap(), PASSPHRASE.as_bytes());
    let cases = [
        (rsa.private_key_to_pem().unwrap(), "", "ssh-rsa"),
        (rsa.private_key_to_pem_passphrase(Cipher::aes_128_cbc(), secret).unwrap(), PASSPHRASE, "ssh-rsa"),
        (rsa.private_key_to_pem_passphrase(Cipher::des_ede3_cbc(), secret).unwrap(), PASSPHRASE, "ssh-rsa"),
        (pkcs8.private_key_to_pem_pkcs8().unwrap(), "", "ssh-rsa"),
        (p256.private_key_to_pem().unwrap(), "", "ecdsa-sha2-nistp256"),
        (p384.private_key_to_pem_passphrase(Cipher::aes_256_cbc(), secret).unwrap(), PASSPHRASE, "ecdsa-sha2-nistp384"),
        (PKey::from_ec_key(p521).unwrap().private_key_to_pem_pkcs8().unwrap(), "", "ecdsa-sha2-nistp521"),
        (ed25519.private_key_to_pem_pkcs8().unwrap(), "", "ssh-ed25519"),
        (
            ed25519.private_key_to_pem_pkcs8_passphrase(Cipher::aes_256_cbc(), secret).unwrap(),
            PASSPHRASE,
            "ssh-ed25519",
        ),
    ];
    for (pem, passphrase, kind) in cases {
        let pem = String::from_utf8(pem).unwrap();
        let form = pem.lines().next().unwrap();
        let key = read(&pem, passphrase).unwrap_or_else(|refusal| panic!("{form}: {refusal:?}"));
        assert_eq!(key.shown.key_type, kind, "{form}");
        assert_eq!(key.entered.as_str(), pem, "{form}");
        assert!(key.plain.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----\n"), "{form}");
        assert_eq!(read(&key.plain, "").ok().unwrap().shown, key.shown, "{form}: the same key");
        if !passphrase.is_empty() {
            assert_eq!(refusal(&pem, "wrong"), wrong_passphrase(), "{form}");
            assert!(matches!(refusal(&pem, ""), KeyRefusal::Passphrase(_)), "{form}");
        }
    }
}

#[test]
fn the_parameters_of_a_curve_before_a_key_do_not_matter() {
    let key = EcKey::generate(&EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap()).unwrap();
    let pem = String::from_utf8(key.private_key_to_pem().unwrap()).unwrap();
    let pasted = format!("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n{pem}");
    assert_eq!(read(&pasted, "").ok().unwrap().entered.as_str(), pem);
}

#[test]
fn what_is_no_usable_key_says_what_it_is() {
    let pem = |pem: Vec<u8>| String::from_utf8(pem).unwrap();
    let short = pem(Rsa::generate(1024).unwrap().private_key_to_pem().unwrap());
    let dsa = PKey::from_dsa(Dsa::generate(1024).unwrap()).unwrap();
    let koblitz = EcKey::generate(&EcGroup::from_curve_name(Nid::SECP256K1).unwrap()).unwrap();
    let public = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC6Bc+tL7z/O62yGnmKjOXchTzeL1dwih1E6ZvO3U8tn ops@desk";
    let unfinished: String = PLAIN.lines().take(4).map(|line| format!("{line}\n")).collect();
    for (text, says) in [
        (SMALL.to_owned(), "has 1024 bits"),
        (short, "has 1024 bits"),
        (pem(dsa.private_key_to_pem_pkcs8().unwrap()), "of this kind cannot be used"),
        (pem(koblitz.private_key_to_pem().unwrap()), "of this kind cannot be used"),
        (format!("\n{public}\n"), "public half"),
        (pem(dsa.public_key_to_pem().unwrap()), "public half"),
        ("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n".to_owned(), "puttygen"),
        ("---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n".to_owned(), "ssh-keygen -i"),
        (unfinished, "is not complete"),
        (PLAIN.replace("QyNTUx", "QyNTU"), "could not be read"),
        (PLAIN.replace("QyNTUx", "Qy*TUx"), "could not be read"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----".to_owned(), "could not be read"),
        ("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----".to_owned(), "could not be read"),
        ("hunter22".to_owned(), "is not a private key"),
        ("ö-----BEGIN".repeat(2_000), "is not a private key"),
    ] {
        let sentence = told(&text);
        assert!(sentence.contains(says), "{text:.80}: {sentence}");
        assert!(!sentence.contains("QyNTUx") && !sentence.contains("hunter22"), "{sentence}");
    }
}

#[test]
fn a_key_that_takes_for_ever_to_open_is_refused_at_once() {
    // The rounds of LOCKED, one, stand behind its salt.
    let (salt, rounds) = ("KSGNAAAAAQAAAAE", "KSGNAAD//wAAAAE");
    assert!(LOCKED.contains(salt));
    let slow = LOCKED.replace(salt, rounds);
    let KeyRefusal::Key(sentence) = refusal(&slow, PASSPHRASE) else { panic!("about the passphrase") };
    assert!(sentence.contains("65535 rounds"), "{sentence}");
}
