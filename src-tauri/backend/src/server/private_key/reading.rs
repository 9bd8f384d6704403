//! Reads a private key as a person pastes it, and brings it into the one form that sessions use. What cannot be used is
//! refused with a sentence that says what it is and how to get a key that can.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use netraven_api::evidence::ShownKey;
use openssl::bn::BigNumRef;
use openssl::pkey::{Id, PKey, Private};
use russh::keys::ssh_key::private::{KeypairData, RsaKeypair, RsaPrivateKey};
use russh::keys::ssh_key::public::RsaPublicKey;
use russh::keys::ssh_key::{HashAlg, Kdf, LineEnding, Mpint, PrivateKey};
use zeroize::Zeroizing;

/// Fewest bits of an RSA key.
const RSA_BITS: u32 = 2048;
/// Most rounds that opening a key of OpenSSH's form may take; ssh-keygen makes 24.
const ROUNDS: u32 = 1_000;
/// What stands in the first line of a key of OpenSSH's form.
const OPENSSH: &str = "OPENSSH PRIVATE KEY";

/// Why a text that looks like a key is refused if there is no better reason.
pub const UNREADABLE: &str = "The key could not be read: it is damaged, or of a form that is not supported. Paste the \
                              whole file, with its first and its last line.";
const KINDS: &str = "A key of this kind cannot be used. Use Ed25519, ECDSA (P-256, P-384 or P-521), or RSA with at \
                     least 2048 bits: `ssh-keygen -t ed25519` makes a new one.";

/// A private key that can be used. It does not print.
pub struct ReadKey {
    /// As it was entered, in lines of the usual length.
    pub entered: Zeroizing<String>,
    /// The passphrase it was entered with.
    pub passphrase: Option<Zeroizing<String>>,
    /// In OpenSSH's form and without a passphrase, as sessions use it.
    pub plain: Zeroizing<String>,
    /// Its public half.
    pub shown: ShownKey,
}

/// What was refused, and why, as a sentence. Nothing that was entered is in it.
#[derive(Debug, PartialEq, Eq)]
pub enum KeyRefusal {
    /// The key.
    Key(String),
    /// The passphrase.
    Passphrase(String),
}

/// Reads a key; an empty passphrase is none.
pub fn read(text: &str, passphrase: &str) -> Result<ReadKey, KeyRefusal> {
    let block = Block::of(text)?;
    let key = if block.label == OPENSSH { of_openssh(&block, passphrase)? } else { of_pem(&block, passphrase)? };
    check_kind(&key)?;
    let plain = key.to_openssh(LineEnding::LF).map_err(|_| unreadable())?;
    let shown = ShownKey {
        key_type: key.algorithm().as_str().to_owned(),
        sha256: key.fingerprint(HashAlg::Sha256).to_string(),
    };
    let passphrase = (!passphrase.is_empty()).then(|| Zeroizing::new(passphrase.to_owned()));
    Ok(ReadKey { entered: block.text(), passphrase, plain, shown })
}

/// The private key in a text, which may hold more, such as the parameters of its curve.
struct Block<'a> {
    /// What the first line says it is.
    label: &'a str,
    /// How it is encrypted, where lines say so.
    headers: Vec<&'a str>,
    /// Its content in base64, without blanks.
    data: Zeroizing<String>,
}

impl<'a> Block<'a> {
    fn of(text: &'a str) -> Result<Block<'a>, KeyRefusal> {
        let found = text.match_indices("-----BEGIN ").find_map(|(at, mark)| {
            let (label, rest) = text[at + mark.len()..].split_once("-----")?;
            label.ends_with("PRIVATE KEY").then_some((label, rest))
        });
        let Some((label, rest)) = found else { return Err(no_private_key(text)) };
        let end = format!("-----END {label}-----");
        let Some((body, _)) = rest.split_once(end.as_str()) else {
            return Err(KeyRefusal::Key(format!("The key is not complete: its last line, `{end}`, is missing.")));
        };
        // Only headers have a colon. Forms and chats turn the ends of lines into blanks.
        let (headers, lines): (Vec<&str>, Vec<&str>) =
            body.lines().map(str::trim).filter(|line| !line.is_empty()).partition(|line| line.contains(':'));
        let data: String = lines.into_iter().flat_map(str::split_whitespace).collect();
        let is_base64 = data.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
        let data = Zeroizing::new(data);
        if is_base64 && !data.is_empty() { Ok(Block { label, headers, data }) } else { Err(unreadable()) }
    }

    /// The key as programs write it.
    fn text(&self) -> Zeroizing<String> {
        let width = if self.label == OPENSSH { 70 } else { 64 };
        let mut text = format!("-----BEGIN {}-----\n", self.label);
        for header in &self.headers {
            text.push_str(header);
            text.push('\n');
        }
        if !self.headers.is_empty() {
            text.push('\n');
        }
        for (place, letter) in self.data.chars().enumerate() {
            if place > 0 && place.is_multiple_of(width) {
                text.push('\n');
            }
            text.push(letter);
        }
        text.push_str(&format!("\n-----END {}-----\n", self.label));
        Zeroizing::new(text)
    }
}

fn of_openssh(block: &Block<'_>, passphrase: &str) -> Result<PrivateKey, KeyRefusal> {
    let bytes = Zeroizing::new(STANDARD.decode(block.data.as_bytes()).map_err(|_| unreadable())?);
    let key = PrivateKey::from_bytes(&bytes).map_err(|_| unreadable())?;
    check_passphrase(key.is_encrypted(), passphrase)?;
    if !key.is_encrypted() {
        return Ok(key);
    }
    if let Kdf::Bcrypt { rounds, .. } = key.kdf()
        && *rounds > ROUNDS
    {
        return Err(KeyRefusal::Key(format!(
            "Opening this key takes {rounds} rounds; at most {ROUNDS} are accepted. Set its passphrase again with \
             fewer, such as with `ssh-keygen -p -a 24 -f key`, and enter the new file."
        )));
    }
    key.decrypt(passphrase).map_err(|_| wrong_passphrase())
}

fn of_pem(block: &Block<'_>, passphrase: &str) -> Result<PrivateKey, KeyRefusal> {
    let is_encrypted =
        block.label.starts_with("ENCRYPTED") || block.headers.iter().any(|header| header.contains("ENCRYPTED"));
    check_passphrase(is_encrypted, passphrase)?;
    // Never without a passphrase: the library would ask for one at the terminal.
    let key = PKey::private_key_from_pem_passphrase(block.text().as_bytes(), passphrase.as_bytes());
    let key = key.map_err(|_| if is_encrypted { wrong_passphrase() } else { unreadable() })?;
    if key.id() == Id::RSA {
        return of_rsa(&key);
    }
    let bytes = Zeroizing::new(key.private_key_to_pkcs8().map_err(|_| unreadable())?);
    russh::keys::pkcs8::decode_pkcs8(&bytes, None).map_err(|_| KeyRefusal::Key(KINDS.to_owned()))
}

fn of_rsa(key: &PKey<Private>) -> Result<PrivateKey, KeyRefusal> {
    if key.bits() < RSA_BITS {
        return Err(too_short(key.bits()));
    }
    let rsa = key.rsa().map_err(|_| unreadable())?;
    let (Some(p), Some(q), Some(iqmp)) = (rsa.p(), rsa.q(), rsa.iqmp()) else { return Err(unreadable()) };
    let number = |number: &BigNumRef| Mpint::from_positive_bytes(&Zeroizing::new(number.to_vec()));
    let public = RsaPublicKey::new(number(rsa.e()), number(rsa.n())).map_err(|_| unreadable())?;
    let private = RsaPrivateKey::new(number(rsa.d()), number(iqmp), number(p), number(q)).map_err(|_| unreadable())?;
    Ok(RsaKeypair::new(public, private).map_err(|_| unreadable())?.into())
}

fn check_passphrase(is_encrypted: bool, passphrase: &str) -> Result<(), KeyRefusal> {
    // Libraries take a passphrase up to its first NUL, or not at all.
    if passphrase.contains('\0') {
        return Err(wrong_passphrase());
    }
    let sentence = match (is_encrypted, passphrase.is_empty()) {
        (true, true) => "This key is protected by a passphrase: enter it.",
        (false, false) => "This key has no passphrase: leave the field empty.",
        (true, false) | (false, true) => return Ok(()),
    };
    Err(KeyRefusal::Passphrase(sentence.to_owned()))
}

fn check_kind(key: &PrivateKey) -> Result<(), KeyRefusal> {
    match key.key_data() {
        KeypairData::Ed25519(_) | KeypairData::Ecdsa(_) => Ok(()),
        KeypairData::Rsa(pair) if pair.key_size() < RSA_BITS => Err(too_short(pair.key_size())),
        KeypairData::Rsa(_) => Ok(()),
        KeypairData::SkEd25519(_) | KeypairData::SkEcdsaSha2NistP256(_) => Err(KeyRefusal::Key(
            "This key works only with its hardware token, which has to be touched at each sign-in. Use a key that is \
             in its file alone: `ssh-keygen -t ed25519` makes a new one."
                .to_owned(),
        )),
        _ => Err(KeyRefusal::Key(KINDS.to_owned())),
    }
}

/// Why a text in which no private key begins is refused.
fn no_private_key(text: &str) -> KeyRefusal {
    let text = text.trim_start();
    let is_public = ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"].iter().any(|name| text.starts_with(name))
        || ["PUBLIC KEY----", "BEGIN CERTIFICATE----"].iter().any(|mark| text.contains(mark));
    let sentence = if text.starts_with("PuTTY-User-Key-File-") {
        "This key is in PuTTY's form. Convert it first: in puttygen by Conversions, Export OpenSSH key, or with \
         `puttygen key.ppk -O private-openssh -o key`."
    } else if is_public {
        "This is the public half of a key, which belongs on the devices. Paste the private half: the file of the same \
         name without .pub."
    } else if text.contains("BEGIN SSH2 ENCRYPTED PRIVATE KEY") {
        "This key is in the form of ssh.com's programs. Convert it first, with `ssh-keygen -i -f key`."
    } else {
        "This is not a private key. Paste the whole file: it begins with a line like \
         `-----BEGIN OPENSSH PRIVATE KEY-----` or `-----BEGIN RSA PRIVATE KEY-----`."
    };
    KeyRefusal::Key(sentence.to_owned())
}

fn unreadable() -> KeyRefusal {
    KeyRefusal::Key(UNREADABLE.to_owned())
}

fn too_short(bits: u32) -> KeyRefusal {
    KeyRefusal::Key(format!(
        "This RSA key has {bits} bits, which is too few to be safe: at least {RSA_BITS} are required. \
         `ssh-keygen -t ed25519` makes a new key."
    ))
}

fn wrong_passphrase() -> KeyRefusal {
    KeyRefusal::Passphrase("The passphrase does not open this key. Check both.".to_owned())
}

#[cfg(test)]
mod tests;
