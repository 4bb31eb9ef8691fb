//! A file's bytes to text and back: byte order marks, UTF-16, and what no scanner takes.

use super::Problem;

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// How a file is encoded. Claude Code goes by the byte order mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf8Marked,
    Utf16Little,
    Utf16Big,
}

/// Takes the mark off and makes the rest UTF-8. UTF-8 is not checked: see [`view`].
pub(super) fn decode(file: &[u8]) -> Result<(Encoding, Vec<u8>), Problem> {
    let (encoding, from): (_, fn([u8; 2]) -> u16) = match file {
        [0xff, 0xfe, ..] => (Encoding::Utf16Little, u16::from_le_bytes),
        [0xfe, 0xff, ..] => (Encoding::Utf16Big, u16::from_be_bytes),
        _ => {
            return Ok(match file.strip_prefix(UTF8_MARK) {
                Some(rest) => (Encoding::Utf8Marked, rest.to_vec()),
                None => (Encoding::Utf8, file.to_vec()),
            });
        }
    };
    let (units, odd) = file.as_chunks::<2>();
    let text = char::decode_utf16(units.iter().skip(1).map(|unit| from(*unit)));
    match text.collect::<Result<String, _>>() {
        Ok(text) if odd.is_empty() => Ok((encoding, text.into_bytes())),
        _ => Err(Problem::whole(
            "the file begins as UTF-16 and is not UTF-16 throughout",
            "save it as UTF-8",
        )),
    }
}

/// The text of a file to be shown, a mark of UTF-8 included; empty for UTF-16 that is none throughout.
pub(crate) fn legible(file: &[u8]) -> String {
    let decoded = match decode(file) {
        Ok((Encoding::Utf16Little | Encoding::Utf16Big, text)) => text,
        Ok(_) => file.to_vec(),
        Err(_) => Vec::new(),
    };
    String::from_utf8_lossy(&decoded).into_owned()
}

/// The reverse of [`decode`].
pub(super) fn encode(encoding: Encoding, text: &[u8]) -> Vec<u8> {
    let to: fn(u16) -> [u8; 2] = match encoding {
        Encoding::Utf8 => return text.to_vec(),
        Encoding::Utf8Marked => return [UTF8_MARK, text].concat(),
        Encoding::Utf16Little => u16::to_le_bytes,
        Encoding::Utf16Big => u16::to_be_bytes,
    };
    let text = String::from_utf8_lossy(text);
    let marked = std::iter::once(0xfeff).chain(text.encode_utf16());
    marked.flat_map(to).collect()
}

/// `bytes` as a text of the same length that a scanner can take: bytes that are not UTF-8 become `?`, and lone
/// surrogates (`\ud800`) become `\ufffd`. `JSON.parse` accepts both inside strings. Offsets hold for both.
pub(super) fn view(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    if !text.contains("\\u") {
        return text;
    }
    let mut lone = Vec::new();
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        let escape = at + found;
        at = escape
            + match (surrogate(&text, escape), surrogate(&text, escape + 6)) {
                (Some(Half::High), Some(Half::Low)) => 12,
                (Some(_), _) => {
                    lone.push(escape);
                    6
                }
                // Two characters, unless the second is longer; then the next search begins inside it.
                (None, _) => 1 + text.get(escape + 1..).map_or(1, first_length),
            };
    }
    for escape in lone {
        text.replace_range(escape..escape + 6, "\\ufffd");
    }
    text
}

fn first_length(text: &str) -> usize {
    text.chars().next().map_or(1, char::len_utf8)
}

enum Half {
    High,
    Low,
}

/// Whether a `\uXXXX` at `at` is half of a surrogate pair, and which.
fn surrogate(text: &str, at: usize) -> Option<Half> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    match u32::from_str_radix(digits, 16).ok()? {
        0xd800..=0xdbff => Some(Half::High),
        0xdc00..=0xdfff => Some(Half::Low),
        _ => None,
    }
}
