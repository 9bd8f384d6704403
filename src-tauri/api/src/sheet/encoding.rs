//! From the bytes of a file to its text.

use std::borrow::Cow;

/// Advice for a file in another encoding.
const SAVE: &str = "Save it as UTF-8 (in Excel the type \"CSV UTF-8\", in LibreOffice the character set \"Unicode (UTF-8)\"), then import it again.";

/// The text of a file: UTF-8, with or without its mark, or UTF-16 with its mark, like Excel's "Unicode text". Any other
/// encoding is not guessed: the same bytes are different letters in each.
///
/// # Errors
/// Says what is wrong and what to do, in sentences.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)?),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)?),
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(utf8(rest)?),
        _ => Cow::Borrowed(utf8(bytes)?),
    };
    match text.bytes().position(|byte| byte == 0) {
        None => Ok(text),
        Some(at) => {
            let line = line_of(&text.as_bytes()[..at]);
            Err(format!("Line {line} contains a NUL character: this is not text, or its encoding has no mark. {SAVE}"))
        }
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|error| {
        let line = line_of(&bytes[..error.valid_up_to()]);
        format!("Line {line} contains a character that is not UTF-8: the file has another encoding, such as Windows-1252. {SAVE}")
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let text: Result<String, _> = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect();
    match text {
        Ok(text) if rest.is_empty() => Ok(text),
        _ => Err(format!("The file is marked as UTF-16, but it is damaged or cut off. {SAVE}")),
    }
}

fn line_of(before: &[u8]) -> usize {
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_8_and_utf_16_are_read_and_nothing_else_is_guessed_at() {
        let text = "hostname\nZürich 1 – 𝄞\n";
        let utf16 = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(order).collect()
        };
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            utf16(u16::to_le_bytes),
            utf16(u16::to_be_bytes),
        ] {
            assert_eq!(decode(&bytes).unwrap(), text);
        }
        for (bytes, told) in [
            (&b"hostname\nZ\xfcrich\n"[..], "Line 2 contains a character that is not UTF-8"),
            (b"\xff\xfeh\0o", "cut off"),
            (b"\xff\xfe\x00\xd8h\0", "damaged"),
            (b"h\0o\0s\0t\0", "NUL"),
        ] {
            let sentence = decode(bytes).unwrap_err();
            assert!(sentence.contains(told) && sentence.contains("Save it as UTF-8"), "{sentence}");
        }
    }
}
