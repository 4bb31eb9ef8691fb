//! The help, from the table of commands: two columns, as wide as the terminal and no wider.

use crate::commands::usage::{Flag, Usage};
use crate::commands::{EVERYWHERE, PROGRAM};
use crate::report::fold;

/// Room for an option and its value; what is longer has its sentence on the next line.
const MOST_LEFT: usize = 28;

const HELP: Flag = Flag {
    help: " Print help",
    ..Flag::switch("help").short('h')
};

const VERSION: Flag = Flag {
    help: " Print the version",
    ..Flag::switch("version").short('V')
};

/// The help of the last command of `path`.
pub(super) fn render(path: &[&'static Usage], width: usize) -> String {
    let usage = path.last().copied().unwrap_or(&PROGRAM);
    let is_program = path.len() < 2;
    let mut page = Page {
        width,
        text: String::new(),
    };
    page.prose(usage.help);
    let words: Vec<&str> = path.iter().map(|usage| usage.name).collect();
    let mut line = format!("Usage: {} {}", words.join(" "), usage.behind());
    page.text.push('\n');
    page.paragraph(&mut line);
    if !usage.below.is_empty() {
        let below = usage.shown();
        let entries: Vec<Entry> = below
            .map(|below| (below.name.to_owned(), below.about(), &[][..]))
            .collect();
        page.section("Commands", &entries);
    }
    let of = |flags: &'static [Flag], option: bool| {
        flags
            .iter()
            .filter(move |flag| flag.is_option() == option)
            .map(row)
    };
    page.section("Arguments", &of(usage.flags, false).collect::<Vec<_>>());
    let mut options: Vec<Entry> = of(usage.flags, true).chain([row(&HELP)]).collect();
    if is_program {
        options.push(row(&VERSION));
    }
    page.section("Options", &options);
    if is_program {
        page.section(
            "Options of every command",
            &of(EVERYWHERE, true).collect::<Vec<_>>(),
        );
    } else {
        page.text.push('\n');
        page.prose(
            "Every command also takes --json, --offline, --home, --settings, --scope, --quiet, --verbose, --color and \
             --timeout: see `claude-bedrock --help`.",
        );
    }
    page.text
}

/// What stands on the left, what it means, and the words to choose from.
type Entry = (
    String,
    &'static str,
    &'static [(&'static str, &'static str)],
);

fn row(flag: &Flag) -> Entry {
    let letter = match flag.short {
        Some(letter) => format!("-{letter}, "),
        None if flag.is_option() => "    ".to_owned(),
        None => String::new(),
    };
    let words = flag.words_to_explain();
    ([letter, flag.typed()].concat(), flag.help.trim(), words)
}

struct Page {
    width: usize,
    text: String,
}

impl Page {
    /// Paragraphs, each wrapped; indented lines stay as they are.
    fn prose(&mut self, text: &str) {
        let mut paragraph = String::new();
        for line in text
            .lines()
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
        {
            if line.is_empty() || line.starts_with(' ') {
                self.paragraph(&mut paragraph);
                self.text.push_str(line.trim_end());
                self.text.push('\n');
            } else {
                paragraph.push_str(line);
                paragraph.push(' ');
            }
        }
        self.paragraph(&mut paragraph);
    }

    fn paragraph(&mut self, text: &mut String) {
        let lines = fold(text.trim(), self.width, 0);
        if !lines.is_empty() {
            self.text.push_str(&lines);
            self.text.push('\n');
        }
        text.clear();
    }

    /// A heading and its entries in two columns.
    fn section(&mut self, heading: &str, entries: &[Entry]) {
        if entries.is_empty() {
            return;
        }
        self.text.push_str(&format!("\n{heading}:\n"));
        let lefts = entries.iter().map(|(left, ..)| left.len());
        // In a narrow terminal more of them: the sentences keep their room.
        let most = MOST_LEFT.min(self.width.saturating_sub(24));
        let left = lefts.filter(|left| *left <= most).max().unwrap_or(0);
        for (name, sentence, words) in entries {
            self.entry(2, left, name, sentence);
            let longest = words.iter().map(|(word, _)| word.len()).max().unwrap_or(0);
            for (word, meaning) in *words {
                self.entry(
                    (left + 6).min(self.width.saturating_sub(45).max(8)),
                    longest,
                    word,
                    meaning.trim().trim_end_matches('.'),
                );
            }
        }
    }

    /// A name and its sentence, which wraps in its own column.
    fn entry(&mut self, margin: usize, column: usize, name: &str, sentence: &str) {
        let indent = margin + column + 2;
        let margin = " ".repeat(margin);
        let sentence = fold(sentence, self.width.saturating_sub(indent).max(12), indent);
        let between = match column.checked_sub(name.len()) {
            Some(blanks) => " ".repeat(blanks + 2),
            None => format!("\n{}", " ".repeat(indent)),
        };
        let line = format!("{margin}{name}{between}{sentence}");
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }
}
