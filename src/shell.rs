//! Words to a shell line, and back by the POSIX rules that Python's `shlex` applies; and which lines have words at all.

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

/// The words of a line that a shell would run as one command, with nothing to expand. `None` for any other: what such a line
/// does takes a shell to tell.
pub fn plain_words(line: &str) -> Option<Vec<String>> {
    let mut quote = None;
    let mut escaped = false;
    for c in line.trim().chars() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (Some('\''), _) => {}
            (_, '\\') => escaped = true,
            (_, '$' | '`') => return None,
            (None, '\'' | '"') => quote = Some(c),
            (
                None,
                ';' | '&' | '|' | '<' | '>' | '(' | ')' | '{' | '}' | '*' | '?' | '[' | '#' | '~'
                | '\n' | '\r',
            ) => {
                return None;
            }
            _ => {}
        }
    }
    split_words(line)
}

/// Whether a shell understands the first word of a line by itself: reserved words, commands that are part of it (POSIX, those
/// of bash, those of `cmd`), and assignments. No program of that name needs to be there.
pub fn is_of_the_shell(word: &str) -> bool {
    const WORDS: &str = "! . : [[ alias bg builtin call case cd command declare disown echo enable eval exec exit export fg for \
        function getopts hash if jobs let local mapfile popd pushd read readonly rem return select set shift shopt source \
        start time times trap type typeset ulimit umask unalias unset until wait while";
    word.contains('=') || WORDS.split_whitespace().any(|known| known == word)
}

/// `word` as one word of a shell line: itself where that is safe; else in single quotes, as `shlex.quote` does, or on
/// Windows as [`quote_for_windows`] does.
pub fn quote(word: &str) -> String {
    quoted(word).into_owned()
}

fn quoted(word: &str) -> Cow<'_, str> {
    let safe = |b: u8| b.is_ascii_alphanumeric() || b"_@%+=:,./-".contains(&b);
    if cfg!(windows) {
        quote_for_windows(word).into()
    } else if !word.is_empty() && word.bytes().all(safe) {
        word.into()
    } else {
        format!("'{}'", word.replace('\'', r#"'"'"'"#)).into()
    }
}

/// `word` for the shells of Windows: Claude Code runs `awsAuthRefresh` with `cmd`, which knows no single quotes, and hooks,
/// status lines and the commands of a model with Git's `sh`.
///
/// Both read double quotes, and backslashes in them, alike. `cmd` alone has the last word on `"`, `$` and `` ` ``, which
/// have no common spelling; `sh` then reads another word, and still runs nothing. `%NAME%` cannot be kept from `cmd`.
fn quote_for_windows(word: &str) -> String {
    let safe = |b: u8| b.is_ascii_alphanumeric() || b"_@+:./-".contains(&b);
    if !word.is_empty() && word.bytes().all(safe) {
        return word.to_owned();
    }
    let mut out = String::from('"');
    let mut backslashes = 0;
    for c in word.chars() {
        match c {
            // A quote within quotes is two; backslashes before one count double.
            '"' => {
                out.extend(std::iter::repeat_n('\\', backslashes));
                out.push_str("\"\"");
            }
            '$' | '`' => {
                // An odd number of them, or `sh` would expand what follows.
                if backslashes % 2 == 0 {
                    out.push('\\');
                }
                out.push(c);
            }
            _ => out.push(c),
        }
        backslashes = if c == '\\' { backslashes + 1 } else { 0 };
    }
    out.extend(std::iter::repeat_n('\\', backslashes));
    out.push('"');
    out
}

/// The path of a program at the start of a shell line. On Windows `sh` would take backslashes out of a bare word, and `cmd`
/// would take a slash for an option: so with slashes, in quotes.
pub fn program(path: &str) -> String {
    if cfg!(windows) {
        format!("\"{}\"", path.replace('\\', "/"))
    } else {
        quote(path)
    }
}

/// An option with its value for a shell line; in one word where the value would be taken for another option.
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
    fn a_line_that_takes_a_shell_to_understand_has_no_words() {
        for line in [
            "a $B", "a `b`", "a; b", "a && b", "a | b", "a>b", "a 2>&1", "(a)", "{ a; }", "a *",
            "~/a", "# a", "a # b", "a\nb", "a \"$B\"", "a 'b",
        ] {
            assert_eq!(plain_words(line), None, "{line}");
        }
        let words = |line| plain_words(line).unwrap().join("|");
        assert_eq!(words(r#"a 'b;$c' "d>e" f\;g"#), "a|b;$c|d>e|f;g");
        for word in ["unset", ".", "!", "AWS_PROFILE=dev"] {
            assert!(is_of_the_shell(word), "{word}");
        }
        assert!(!is_of_the_shell("aws"));
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
            if cfg!(not(windows)) {
                assert_eq!(quote(word), quoted);
            }
            assert_eq!(split_words(quoted), Some(vec![word.to_owned()]));
        }
    }

    /// The second column is what `cmd` and the C runtime make of it, the third what `sh` does, where that differs.
    #[test]
    fn a_word_for_windows_is_one_word_to_both_shells() {
        for (word, quoted, in_sh) in [
            ("dev", "dev", None),
            ("C:/bin/aws.exe", "C:/bin/aws.exe", None),
            ("", r#""""#, None),
            ("my dev", r#""my dev""#, None),
            ("o'brien", r#""o'brien""#, None),
            ("a&calc", r#""a&calc""#, None),
            ("100%", r#""100%""#, None),
            ("~", r#""~""#, None),
            (r"C:\my bin\x.exe", r#""C:\my bin\x.exe""#, None),
            (r"ends\", r#""ends\\""#, None),
            (r"\\host\x", r#""\\host\x""#, Some(r"\host\x")),
            ("$(calc)", r#""\$(calc)""#, None),
            (r"\$(calc)", r#""\$(calc)""#, Some("$(calc)")),
            ("`calc`", r#""\`calc\`""#, None),
            (r#"a" & calc"#, r#""a"" & calc""#, Some("a & calc")),
            (r#"a\" & calc"#, r#""a\\"" & calc""#, Some(r"a\ & calc")),
        ] {
            assert_eq!(quote_for_windows(word), quoted);
            assert_eq!(in_double_quotes(quoted), in_sh.unwrap_or(word), "{quoted}");
        }
    }

    /// A word of double-quoted parts as POSIX `sh` reads it; it fails where `sh` would expand something.
    fn in_double_quotes(text: &str) -> String {
        let (mut word, mut inside) = (String::new(), false);
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '"' => inside = !inside,
                '\\' => match chars.next_if(|next| r#"$`"\"#.contains(*next)) {
                    Some(escaped) => word.push(escaped),
                    None => word.push('\\'),
                },
                '$' | '`' => panic!("{text}: expands"),
                c => {
                    assert!(inside || c.is_ascii_alphanumeric() || ":/.".contains(c));
                    word.push(c);
                }
            }
        }
        assert!(!inside, "{text}: open");
        word
    }
}
