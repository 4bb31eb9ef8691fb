//! Words to a shell line and back, by the POSIX rules that Python's `shlex` applies.

use std::borrow::Cow;

/// `text` as the words a POSIX shell would make of it: `shlex.split(text)`.
///
/// Blanks (space, tab, CR, LF) part words; `'…'` is literal; in `"…"` a backslash escapes `"` and `\` only; elsewhere it
/// escapes any character; `#` is nothing special. `None` when a quote is left open or a backslash comes last.
pub fn split_words(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    // `None` between words; a quoted empty word is a word.
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        '\'' => break,
                        inside => word.push(inside),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        '"' => break,
                        '\\' => match chars.next()? {
                            escaped @ ('"' | '\\') => word.push(escaped),
                            other => word.extend(['\\', other]),
                        },
                        inside => word.push(inside),
                    }
                }
            }
            '\\' => word.get_or_insert_default().push(chars.next()?),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Some(words)
}

/// `word` as one word of a POSIX shell line: itself where that is safe, else in single quotes, as `shlex.quote` does.
pub fn quote(word: &str) -> String {
    quoted(word).into_owned()
}

fn quoted(word: &str) -> Cow<'_, str> {
    let safe = |b: u8| {
        b.is_ascii_alphanumeric()
            || matches!(
                b,
                b'_' | b'@' | b'%' | b'+' | b'=' | b':' | b',' | b'.' | b'/' | b'-'
            )
    };
    if !word.is_empty() && word.bytes().all(safe) {
        word.into()
    } else {
        format!("'{}'", word.replace('\'', r#"'"'"'"#)).into()
    }
}

/// An option with its value for a POSIX shell line; in one word where the value would be taken for another option.
pub fn option(name: &str, value: &str) -> String {
    if value.starts_with('-') {
        quote(&[name, "=", value].concat())
    } else {
        [name, " ", &quoted(value)].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_shlex_splits_them() {
        let cases: &[(&str, Option<&[&str]>)] = &[
            ("", Some(&[])),
            (" \t\r\n", Some(&[])),
            ("profile a", Some(&["profile", "a"])),
            ("profile   a ", Some(&["profile", "a"])),
            ("profile\ta", Some(&["profile", "a"])),
            ("profile \"a b\"", Some(&["profile", "a b"])),
            ("profile 'a b'", Some(&["profile", "a b"])),
            (r"profile a\ b", Some(&["profile", "a b"])),
            ("profile a\"b\"c", Some(&["profile", "abc"])),
            ("profile \"\"", Some(&["profile", ""])),
            ("profile ''''", Some(&["profile", ""])),
            ("profile a#b ;c", Some(&["profile", "a#b", ";c"])),
            (r#""a\"b\\c\d""#, Some(&[r#"a"b\c\d"#])),
            (r"'a\'b", Some(&[r"a\b"])),
            ("profile\u{a0}a", Some(&["profile\u{a0}a"])),
            ("a\u{b}b", Some(&["a\u{b}b"])),
            ("o'brien", None),
            ("a \"b", None),
            ("a\\", None),
            ("\"a\\", None),
        ];
        for (text, words) in cases {
            let expected = words.map(|words| words.iter().map(ToString::to_string).collect());
            assert_eq!(split_words(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_quoted_word_comes_back_as_it_was() {
        let cases = [
            ("", "''"),
            ("dev", "dev"),
            ("a-b_c.d/e:f@g%h+i,j=k", "a-b_c.d/e:f@g%h+i,j=k"),
            ("my dev", "'my dev'"),
            ("o'brien", r#"'o'"'"'brien'"#),
            ("$HOME;`x`", "'$HOME;`x`'"),
            ("~", "'~'"),
            ("café", "'café'"),
            ("a\nb", "'a\nb'"),
        ];
        for (word, quoted) in cases {
            assert_eq!(quote(word), quoted);
            assert_eq!(split_words(quoted), Some(vec![word.to_owned()]));
        }
    }
}
