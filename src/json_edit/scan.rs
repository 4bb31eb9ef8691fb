//! Text to the members of its root object, by the grammar of `JSON.parse`, to any depth without recursion.

use std::ops::Range;

use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::tokens::Token;
use jsonc_parser::{ParseStringErrorKind, Scanner, ScannerOptions};

use super::Problem;

/// One member of an object: its name decoded, and where its parts are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) name: String,
    /// The name with its quotes.
    pub(super) key: Range<usize>,
    pub(super) value: Range<usize>,
}

impl Member {
    pub(super) fn shift(&mut self, by: usize) {
        for range in [&mut self.key, &mut self.value] {
            *range = range.start + by..range.end + by;
        }
    }
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    /// After `[`.
    ValueOrEnd,
    /// After `{`.
    NameOrEnd,
    /// After a comma in an object.
    Name,
    Colon,
    CommaOrEnd,
    Nothing,
}

const STRICT: ScannerOptions = ScannerOptions {
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

const FIX: &str = "correct that place in the file; Claude Code drops the whole file until then";

/// The members of the root object; none for a blank text.
pub(super) fn members(text: &str) -> Result<Vec<Member>, Problem> {
    let mut scanner = Scanner::new(text, &STRICT);
    let mut next = Next::Value;
    // Whether each open bracket is an object's.
    let mut open: Vec<bool> = Vec::new();
    let mut members: Vec<Member> = Vec::new();
    let mut previous: Option<Token> = None;
    let mut previous_end = 0;
    let mut comma = 0;
    loop {
        let token = scanner.scan().map_err(|error| scan_problem(text, &error))?;
        let (start, end) = (scanner.token_start(), scanner.token_end());
        strict_blank(text, previous_end..start)?;
        let Some(token) = token else { break };
        match &token {
            Token::CommentLine(_) | Token::CommentBlock(_) => {
                let message =
                    "there is a comment, and Claude Code reads strict JSON, without comments";
                return Err(Problem::at(text, start, message, "take the comment out"));
            }
            Token::String(_) => strict_string(text, start..end)?,
            _ => {}
        }
        let top = open.len() == 1;
        let ended = matches!(token, Token::CloseBrace | Token::CloseBracket);
        next = match (next, &token) {
            (Next::Value | Next::ValueOrEnd, Token::OpenBrace) => {
                open.push(true);
                Next::NameOrEnd
            }
            (Next::Value | Next::ValueOrEnd, Token::OpenBracket) => {
                open.push(false);
                Next::ValueOrEnd
            }
            (
                Next::Value | Next::ValueOrEnd,
                Token::String(_) | Token::Number(_) | Token::Boolean(_) | Token::Null,
            ) => after_value(&open),
            (Next::Name | Next::NameOrEnd, Token::String(name)) => {
                if top {
                    members.push(Member {
                        name: name.clone().into_owned(),
                        key: start..end,
                        value: end..end,
                    });
                }
                Next::Colon
            }
            (Next::Colon, Token::Colon) => Next::Value,
            (Next::CommaOrEnd, Token::Comma) => {
                comma = start;
                match open.last() {
                    Some(true) => Next::Name,
                    _ => Next::Value,
                }
            }
            (Next::NameOrEnd, Token::CloseBrace) | (Next::ValueOrEnd, Token::CloseBracket) => {
                open.pop();
                after_value(&open)
            }
            (Next::CommaOrEnd, Token::CloseBrace) if open.last() == Some(&true) => {
                open.pop();
                after_value(&open)
            }
            (Next::CommaOrEnd, Token::CloseBracket) if open.last() == Some(&false) => {
                open.pop();
                after_value(&open)
            }
            (Next::Name | Next::Value, _) if ended && previous == Some(Token::Comma) => {
                let message =
                    "there is a comma before the closing bracket, which strict JSON does not allow";
                return Err(Problem::at(text, comma, message, "take the comma out"));
            }
            _ => return Err(unexpected(text, start..end, next, &open)),
        };
        if let (Next::CommaOrEnd, 1, Some(member)) = (next, open.len(), members.last_mut()) {
            // A scalar begins where its token does; a bracket's beginning was noted when it opened.
            if member.value.is_empty() {
                member.value = start..end;
            } else {
                member.value.end = end;
            }
        } else if let (2, Some(member), Token::OpenBrace | Token::OpenBracket) =
            (open.len(), members.last_mut(), &token)
        {
            member.value = start..end;
        }
        previous = Some(token);
        previous_end = end;
    }
    match previous {
        None => Ok(Vec::new()),
        Some(_) if next != Next::Nothing => {
            let end = text.trim_end().len();
            let message = "the text ends too early: a bracket is still open";
            Err(Problem::at(text, end, message, "restore the missing end"))
        }
        Some(Token::CloseBrace) => Ok(members),
        Some(_) => {
            let value = text.trim_start();
            let kind = super::Kind::of(value).name();
            let message = format!("the file holds {kind}, not an object");
            let start = text.len() - value.len();
            Err(Problem::at(
                text,
                start,
                message,
                "settings are one JSON object: { … }",
            ))
        }
    }
}

fn after_value(open: &[bool]) -> Next {
    if open.is_empty() {
        Next::Nothing
    } else {
        Next::CommaOrEnd
    }
}

/// The scanner skips everything that Unicode calls white space; JSON knows four characters.
fn strict_blank(text: &str, gap: Range<usize>) -> Result<(), Problem> {
    let blank = text.get(gap.clone()).unwrap_or_default();
    match blank.find(|c| !matches!(c, ' ' | '\t' | '\r' | '\n')) {
        None => Ok(()),
        Some(at) => {
            let c = blank
                .get(at..)
                .and_then(|rest| rest.chars().next())
                .map_or(0, u32::from);
            let message = format!("there is a blank that JSON does not know (U+{c:04X})");
            Err(Problem::at(
                text,
                gap.start + at,
                message,
                "put a space in its place",
            ))
        }
    }
}

/// The scanner lets control characters into strings; `JSON.parse` does not.
fn strict_string(text: &str, range: Range<usize>) -> Result<(), Problem> {
    let string = text.get(range.clone()).unwrap_or_default();
    match string.bytes().position(|byte| byte < 0x20) {
        None => Ok(()),
        Some(at) => {
            let message = match string.as_bytes().get(at) {
                Some(b'\n' | b'\r') => {
                    "a string runs over the end of its line: its closing quote is missing"
                }
                _ => "there is a control character in a string",
            };
            Err(Problem::at(text, range.start + at, message, FIX))
        }
    }
}

fn scan_problem(text: &str, error: &jsonc_parser::errors::ParseError) -> Problem {
    use ParseErrorKind as P;
    let message = match error.kind() {
        P::SingleQuotedStringsNotAllowed => "strings need double quotes",
        P::String(ParseStringErrorKind::UnterminatedStringLiteral) => {
            "the text ends inside a string"
        }
        P::String(_) => "there is an escape in a string that JSON does not know",
        P::UnterminatedCommentBlock => {
            "there is a comment, and Claude Code reads strict JSON, without comments"
        }
        P::ExpectedDigit
        | P::ExpectedDigitFollowingNegativeSign
        | P::ExpectedPlusMinusOrDigitInNumberLiteral
        | P::HexadecimalNumbersNotAllowed
        | P::UnaryPlusNumbersNotAllowed
        | P::BareDecimalPointNumbersNotAllowed
        | P::NonFiniteNumbersNotAllowed => "there is a number that JSON does not know",
        _ => {
            let found = text
                .get(error.range().start..)
                .and_then(|rest| rest.chars().next());
            let message = match found {
                // Nobody would see it between the quotes.
                Some(c) if c.is_control() || c == '\u{feff}' => {
                    format!("the character U+{:04X} does not belong there", u32::from(c))
                }
                other => format!("`{}` does not belong there", other.unwrap_or(' ')),
            };
            return Problem::at(text, error.range().start, message, FIX);
        }
    };
    Problem::at(text, error.range().start, message, FIX)
}

fn unexpected(text: &str, found: Range<usize>, next: Next, open: &[bool]) -> Problem {
    let object = open.last() == Some(&true);
    let want = match next {
        Next::Value => "a value",
        Next::ValueOrEnd => "a value or `]`",
        Next::NameOrEnd => "a name in double quotes or `}`",
        Next::Name => "a name in double quotes",
        Next::Colon => "a colon after the name",
        Next::CommaOrEnd if object => "a comma or `}`",
        Next::CommaOrEnd => "a comma or `]`",
        Next::Nothing => "nothing more after the closing bracket",
    };
    let word: String = text
        .get(found.clone())
        .unwrap_or_default()
        .chars()
        .take(20)
        .collect();
    let message = format!("expected {want}, found `{word}`");
    Problem::at(text, found.start, message, FIX)
}
