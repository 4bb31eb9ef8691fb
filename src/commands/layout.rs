//! The one quiet look of the commands for people: aligned rows, wrapped bullets, dates.

use crate::env::LocalTime;
use crate::report::{Look, Tint, capitalized, escape, fold};
use crate::time::Epoch;

/// What a bullet says at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Works.
    Good,
    /// Works, but will surprise.
    Warn,
    /// Does not work.
    Bad,
    /// Could not be told.
    Skipped,
}

impl Mark {
    fn symbol(self, look: &Look) -> String {
        let (tint, unicode, ascii) = match self {
            Mark::Good => (Tint::Good, "✓", "+"),
            Mark::Warn => (Tint::Warn, "!", "!"),
            Mark::Bad => (Tint::Bad, "✗", "x"),
            Mark::Skipped => (Tint::Dim, "·", "-"),
        };
        look.tint(tint, if look.unicode { unicode } else { ascii })
    }
}

/// A label, its value and where the value is from; below it, lines that belong to the value.
#[derive(Default)]
pub struct Row {
    label: String,
    value: String,
    note: String,
    below: Vec<String>,
}

impl Row {
    /// A row without a note. Foreign text is escaped here.
    pub fn new(label: &str, value: &str) -> Self {
        Row {
            label: label.to_owned(),
            value: escape(value),
            ..Row::default()
        }
    }

    /// Adds where the value is from.
    #[must_use]
    pub fn note(mut self, note: &str) -> Self {
        self.note = escape(note);
        self
    }

    /// Adds a line below the value.
    #[must_use]
    pub fn below(mut self, line: &str) -> Self {
        self.below.push(escape(line));
        self
    }
}

/// Columns of a terminal where a path or an id hardly fits beside anything.
const NARROW: usize = 60;

/// The rows with their columns aligned. A note that does not fit beside its value stands below it. On a narrow terminal so
/// does a value with a word that does not fit beside its label: it is not broken.
pub fn rows(look: &Look, rows: &[Row]) -> String {
    let label_width = rows.iter().map(|row| width(&row.label)).max().unwrap_or(0);
    let note_width = rows.iter().map(|row| width(&row.note)).max().unwrap_or(0);
    let indent = 2 + label_width + 2;
    let room = look.width.saturating_sub(indent).max(20);
    let beside = |row: &Row| width(&row.value) + 2 + note_width <= room;
    let value_width = rows
        .iter()
        .filter(|row| !row.note.is_empty() && beside(row))
        .map(|row| width(&row.value))
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for row in rows {
        let longest = row.value.split(' ').map(width).max().unwrap_or(0);
        let below = longest > room && look.width < NARROW;
        let (room, indent) = if below {
            (room + indent - 4, 4)
        } else {
            (room, indent)
        };
        let margin = " ".repeat(indent);
        let label = look.tint(Tint::Dim, &format!("{:label_width$}", row.label));
        out.push_str(&match (below, row.label.as_str()) {
            (false, _) => format!("  {label}  "),
            (true, "") => margin.clone(),
            (true, _) => format!("  {label}\n{margin}"),
        });
        let value = fold(&row.value, room, indent);
        let note = look.tint(Tint::Dim, &row.note);
        if beside(row) {
            out.push_str(&format!("{value:value_width$}  {note}\n"));
        } else if row.note.is_empty() {
            out.push_str(&format!("{value}\n"));
        } else {
            out.push_str(&format!("{value}\n{margin}{note}\n"));
        }
        for line in &row.below {
            let line = look.tint(Tint::Dim, &fold(line, room, indent));
            out.push_str(&format!("{margin}{line}\n"));
        }
    }
    // An empty value leaves the blanks of its column.
    trim_line_ends(&out)
}

/// A marked sentence, wrapped, and below it the step to take. The sentence starts with a capital.
pub fn bullet(look: &Look, mark: Mark, sentence: &str, step: Option<&str>) -> String {
    let room = look.width.saturating_sub(4).max(20);
    let sentence = fold(&capital(&escape(sentence)), room, 4);
    let mut out = format!("  {} {sentence}\n", mark.symbol(look));
    if let Some(step) = step {
        let step = escape(step);
        let step = if is_command(&step) {
            step
        } else {
            capital(&step)
        };
        let step = look.tint(Tint::Bold, &fold_step(&step, room, 4));
        out.push_str(&format!("    {step}\n"));
    }
    out
}

/// A step, wrapped. What is to be pasted is not broken: the terminal does that without a trace in the clipboard.
pub fn fold_step(step: &str, room: usize, margin: usize) -> String {
    let (words, command) = match step.split_once(": ") {
        Some((words, command)) if is_command(command) => (words, command),
        _ if is_command(step) => return step.to_owned(),
        _ => return fold(step, room, margin),
    };
    let words = fold(&format!("{words}:"), room, margin);
    format!("{words}\n{}{command}", " ".repeat(margin))
}

/// A heading, set off by an empty line.
pub fn heading(look: &Look, text: &str) -> String {
    format!("\n{}\n", look.tint(Tint::Bold, text))
}

/// A sentence of our own, wrapped to the terminal.
pub fn paragraph(look: &Look, text: &str) -> String {
    fold(text, look.width.max(20), 0) + "\n"
}

/// Whether a step is a command line to paste rather than a sentence.
fn is_command(step: &str) -> bool {
    const PROGRAMS: &[&str] = &[
        "(cd",
        "aws",
        "brew",
        "chmod",
        "claude",
        "claude-bedrock",
        "curl",
        "dir",
        "export",
        "find",
        "icacls",
        "ls",
        "msiexec.exe",
        "mv",
        "printf",
        "sudo",
        "unset",
        "winget",
    ];
    let program = step.split_whitespace().next().unwrap_or_default();
    // What stands in quotes is a name, whatever is in it.
    let mut words = step.split(['\'', '"']).step_by(2);
    let sentence = words.any(|words| words.contains(": ") || words.contains(", "));
    PROGRAMS.contains(&program) && program.len() < step.len() && !sentence
}

/// `text` with a capital at its start, unless that is a command, a name or a path.
fn capital(text: &str) -> String {
    let word = text.split_whitespace().next().unwrap_or_default();
    let plain = word.chars().all(|c| c.is_ascii_lowercase() || c == ',');
    if plain && word != "aws" && word != "claude-bedrock" {
        capitalized(text)
    } else {
        text.to_owned()
    }
}

/// `1 problem`, `2 problems`.
pub fn count(number: usize, thing: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{s}")
}

/// `20 Feb 2027`, local time.
pub fn date(at: Epoch) -> String {
    let (year, month, day) = LocalTime::of(at).date;
    let month = usize::try_from(month - 1)
        .ok()
        .and_then(|at| MONTHS.get(at));
    format!("{day} {} {year}", month.unwrap_or(&"?"))
}

/// `20 Feb 2027, 17:05 CET`, local time.
pub fn moment(at: Epoch) -> String {
    let local = LocalTime::of(at);
    let (hour, minute) = local.clock;
    format!("{}, {hour:02}:{minute:02} {}", date(at), local.zone)
}

const MONTHS: &[&str] = &[
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

fn width(text: &str) -> usize {
    text.chars().count()
}

fn trim_line_ends(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_stand_in_a_column_or_below() {
        let look = Look {
            width: 40,
            ..Look::PLAIN
        };
        let text = rows(
            &look,
            &[
                Row::new("Profile", "dev").note("user settings"),
                Row::new("Region", "us-west-2")
                    .note("this shell")
                    .below("instead of eu-west-1"),
                Row::new("Model", "us.anthropic.claude-opus-4-8").note("user settings"),
                Row::new("Session", "valid for a long while, longer than a line"),
            ],
        );
        assert_eq!(
            text,
            "  Profile  dev        user settings\n  Region   us-west-2  this shell\n           instead of eu-west-1\n  \
             Model    us.anthropic.claude-opus-4-8\n           user settings\n  Session  valid for a long while,\n           longer than a line\n"
        );
    }

    #[test]
    fn a_bullet_wraps_its_sentence_and_not_its_command() {
        let look = Look {
            width: 30,
            ..Look::PLAIN
        };
        assert_eq!(
            bullet(
                &look,
                Mark::Bad,
                "the session ended a long while ago",
                Some("aws sso login --profile development")
            ),
            "  x The session ended a long\n    while ago\n    aws sso login --profile development\n"
        );
        for command in [
            "printf '%s\\n' '*.before-bedrock' >> '/a, b: c/.gitignore'",
            "aws sso login --profile 'a, b: c' --no-browser",
            "(cd \"$(mktemp -d)\" && curl -fo aws.zip https://x/aws.zip && sudo ./aws/install)",
        ] {
            for (before, shown) in [("", ""), ("then run: ", "Then run:\n    ")] {
                let text = bullet(&look, Mark::Warn, "x", Some(&format!("{before}{command}")));
                assert_eq!(text, format!("  ! X\n    {shown}{command}\n"));
            }
        }
        assert_eq!(
            bullet(
                &look,
                Mark::Warn,
                "AWS_REGION\u{1b} is odd",
                Some("take it out of the file, please")
            ),
            "  ! AWS_REGION\\u{1b} is odd\n    Take it out of the file,\n    please\n"
        );
    }

    #[test]
    fn capitals_are_for_sentences() {
        for (text, capital) in [
            ("nobody has logged in", "Nobody has logged in"),
            ("aws cannot read it", "aws cannot read it"),
            ("`model` names", "`model` names"),
            ("~/.aws is odd", "~/.aws is odd"),
        ] {
            assert_eq!(super::capital(text), capital);
        }
    }
}
