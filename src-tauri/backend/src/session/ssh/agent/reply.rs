//! What an agent answers, and what it is asked to sign, taken apart. Everything that does not fit is no answer.

use super::Trouble;

const FAILURE: u8 = 5;
const KEYS: u8 = 12;
const SIGNATURE: u8 = 14;
/// What names of keys with a certificate end with.
const CERTIFICATE: &str = "-cert-v01@openssh.com";
/// How names of keys in hardware begin.
const HARDWARE: &str = "sk-";

/// Reads the fields of a packet (RFC 4251, section 5).
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk::<4>()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*number))
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(text)
    }
}

/// The public halves of the keys in an answer.
pub(super) fn keys(reply: &[u8]) -> Result<Vec<Vec<u8>>, Trouble> {
    let mut fields = of_kind(reply, KEYS)?;
    let count = fields.number().ok_or(Trouble::Odd)?;
    let mut keys = Vec::new();
    for _ in 0..count {
        keys.push(fields.text().ok_or(Trouble::Odd)?.to_owned());
        // The comment, which is nobody's business.
        fields.text().ok_or(Trouble::Odd)?;
    }
    Ok(keys)
}

/// The algorithm of a signature in an answer, and the signature as the library takes it.
pub(super) fn signature(reply: &[u8]) -> Result<(String, Vec<u8>), Trouble> {
    let mut fields = Fields(of_kind(reply, SIGNATURE)?.text().ok_or(Trouble::Odd)?);
    let algorithm = String::from_utf8_lossy(fields.text().ok_or(Trouble::Odd)?).into_owned();
    // What a key in hardware adds to its signature is taken along as it is.
    let whole = fields.0;
    let plain = fields.text().ok_or(Trouble::Odd)?;
    let signature = if algorithm.starts_with(HARDWARE) { whole } else { plain };
    Ok((algorithm, signature.to_owned()))
}

/// The algorithm that the data of a sign-in asks to be signed with (RFC 4252, section 7).
pub(super) fn algorithm(data: &[u8]) -> Option<String> {
    let mut fields = Fields(data);
    fields.text()?;
    fields.byte()?;
    for _user_service_and_method in 0..3 {
        fields.text()?;
    }
    fields.byte()?;
    let name = String::from_utf8(fields.text()?.to_owned()).ok()?;
    // A certificate's key signs as it does without it.
    Some(match name.strip_suffix(CERTIFICATE) {
        Some(kind) if kind.starts_with(HARDWARE) => format!("{kind}@openssh.com"),
        Some(kind) => kind.to_owned(),
        None => name,
    })
}

fn of_kind(reply: &[u8], kind: u8) -> Result<Fields<'_>, Trouble> {
    let mut fields = Fields(reply);
    match fields.byte() {
        Some(byte) if byte == kind => Ok(fields),
        Some(FAILURE) => Err(Trouble::Refused),
        _ => Err(Trouble::Odd),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: impl AsRef<[u8]>) -> Vec<u8> {
        let bytes = bytes.as_ref();
        [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
    }

    #[test]
    fn keys_are_read_and_cut_short_answers_are_none() {
        let reply = [vec![KEYS], vec![0, 0, 0, 2], text("one"), text("ops"), text("two"), text("")].concat();
        assert_eq!(keys(&reply).unwrap(), [b"one".to_vec(), b"two".to_vec()]);
        for length in 0..reply.len() {
            assert!(matches!(keys(&reply[..length]), Err(Trouble::Odd)), "{length}");
        }
        assert!(matches!(keys(&[FAILURE]), Err(Trouble::Refused)));
        assert!(matches!(keys(&[KEYS, 255, 255, 255, 255]), Err(Trouble::Odd)));
    }

    #[test]
    fn a_signature_comes_with_what_a_key_in_hardware_adds() {
        let made = |kind: &str| [text(kind), text("signed"), vec![1, 0, 0, 0, 9]].concat();
        let reply = |kind: &str| [vec![SIGNATURE], text(made(kind))].concat();
        let (kind, signature) = self::signature(&reply("ssh-ed25519")).unwrap();
        assert_eq!((kind.as_str(), signature), ("ssh-ed25519", b"signed".to_vec()));
        let (_, signature) = self::signature(&reply("sk-ssh-ed25519@openssh.com")).unwrap();
        assert_eq!(signature, [text("signed"), vec![1, 0, 0, 0, 9]].concat());
        assert!(self::signature(&[SIGNATURE, 0, 0, 0, 9]).is_err());
    }

    #[test]
    fn the_data_names_the_algorithm_and_a_certificate_makes_no_difference() {
        let data = |kind: &str| {
            let parts = [text("session"), vec![50], text("ops"), text("ssh-connection"), text("publickey"), vec![1]];
            [parts.concat(), text(kind), text("key")].concat()
        };
        for (kind, plain) in [
            ("rsa-sha2-512", "rsa-sha2-512"),
            ("ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519"),
            ("sk-ssh-ed25519-cert-v01@openssh.com", "sk-ssh-ed25519@openssh.com"),
        ] {
            assert_eq!(algorithm(&data(kind)).as_deref(), Some(plain));
        }
        assert_eq!(algorithm(b"short"), None);
    }
}
