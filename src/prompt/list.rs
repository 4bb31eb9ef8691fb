//! A list to choose from: what is shown of it, and what each key does.

use super::{Key, Outcome};
use crate::report::{Look, Tint, escape};

/// One entry: its name, and what helps to choose it.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// What is chosen. Foreign text is escaped here when it is shown.
    pub label: String,
    /// What stands beside it.
    pub note: String,
}

impl Entry {
    /// An entry.
    pub fn new(label: impl Into<String>, note: impl Into<String>) -> Self {
        Entry {
            label: label.into(),
            note: note.into(),
        }
    }

    /// Whether every word stands somewhere in the name, in any case. What stands beside it is full of dates and numbers,
    /// which nobody means.
    fn fits(&self, words: &str) -> bool {
        let text = self.label.to_lowercase();
        words.split(' ').all(|word| text.contains(word))
    }
}

/// The widest a column of labels gets.
const LABEL_WIDTH: usize = 40;

/// The list as it stands on the screen.
pub(super) struct List<'e> {
    entries: &'e [Entry],
    filter: String,
    /// The entries that the filter leaves.
    left: Vec<usize>,
    /// The marked one of them.
    at: usize,
    page: usize,
    /// What Escape does.
    back: &'static str,
}

impl<'e> List<'e> {
    pub(super) fn new(entries: &'e [Entry], default: usize, first: bool) -> Self {
        List {
            entries,
            filter: String::new(),
            left: (0..entries.len()).collect(),
            at: default,
            page: 1,
            back: if first { "quit" } else { "back" },
        }
    }

    /// The entry that a typed text means: the one of that number or name, else the only one that it fits. Nothing typed
    /// means the marked one. A number that is none of theirs means no entry: it is a slip, not a part of a name.
    pub(super) fn find(&self, text: &str) -> Option<usize> {
        if text.is_empty() {
            return self.left.get(self.at).copied();
        }
        if let Some(at) = self.numbered(text) {
            return Some(at);
        }
        let named = self.entries.iter().position(|entry| entry.label == text);
        if named.is_some() || text.bytes().all(|byte| byte.is_ascii_digit()) {
            return named;
        }
        let words = text.to_lowercase();
        let mut fitting = (0..self.entries.len()).filter(|at| self.entry(*at).fits(&words));
        fitting.next().filter(|_| fitting.next().is_none())
    }

    fn entry(&self, at: usize) -> &'e Entry {
        const NONE: &Entry = &Entry {
            label: String::new(),
            note: String::new(),
        };
        self.entries.get(at).unwrap_or(NONE)
    }

    fn numbered(&self, text: &str) -> Option<usize> {
        let number: usize = text.parse().ok()?;
        number.checked_sub(1).filter(|at| *at < self.entries.len())
    }

    /// What a key makes of the list. Escape goes back, unless something was typed: then it takes that back.
    pub(super) fn press(&mut self, key: Key) -> Outcome<usize> {
        let last = self.left.len().saturating_sub(1);
        match key {
            Key::Up => self.at = self.at.checked_sub(1).unwrap_or(last),
            Key::Down => self.at = if self.at < last { self.at + 1 } else { 0 },
            Key::PageUp => self.at = self.at.saturating_sub(self.page),
            Key::PageDown => self.at = (self.at + self.page).min(last),
            Key::Home => self.at = 0,
            Key::End => self.at = last,
            Key::Enter => {
                if let Some(at) = self.left.get(self.at) {
                    return Outcome::Answer(*at);
                }
            }
            Key::Escape if self.filter.is_empty() => return Outcome::Back,
            Key::Erase | Key::Escape => self.set_filter(String::new()),
            Key::Backspace => {
                let mut filter = std::mem::take(&mut self.filter);
                filter.pop();
                self.set_filter(filter);
            }
            Key::Char(c) => {
                let mut filter = std::mem::take(&mut self.filter);
                filter.extend(c.to_lowercase());
                self.set_filter(filter);
            }
            Key::Stop | Key::Other => {}
        }
        Outcome::Open
    }

    /// A number marks its entry; anything else leaves the entries that it fits.
    fn set_filter(&mut self, filter: String) {
        let marked = self.left.get(self.at).copied();
        let number = self.numbered(&filter);
        let all = 0..self.entries.len();
        self.left = match number {
            Some(_) => all.collect(),
            None => all.filter(|at| self.entry(*at).fits(&filter)).collect(),
        };
        let mark = number.or(marked);
        self.at = self
            .left
            .iter()
            .position(|at| Some(*at) == mark)
            .unwrap_or(0);
        self.filter = filter;
    }

    /// The page with the marked entry, and a line that tells the keys, each narrower than the terminal.
    pub(super) fn lines(&mut self, look: &Look, columns: usize, rows: usize) -> Vec<String> {
        // The question above, the line of keys below, one line that the terminal may need itself.
        self.page = rows.saturating_sub(3).clamp(3, self.left.len().max(3));
        // The last page is a full one too.
        let top = self.at / self.page * self.page;
        let top = top.min(self.left.len().saturating_sub(self.page));
        let digits = self.entries.len().to_string().len();
        let labels = self
            .left
            .iter()
            .map(|at| width(&escape(&self.entry(*at).label)));
        let label_width = labels.max().unwrap_or(0).min(LABEL_WIDTH);
        let room = columns.saturating_sub(1);
        let mut lines = Vec::new();
        for (place, at) in self.left.iter().enumerate().skip(top).take(self.page) {
            let entry = self.entry(*at);
            let mark = match (place == self.at, look.unicode) {
                (false, _) => " ",
                (true, false) => ">",
                (true, true) => "\u{276f}",
            };
            let label = escape(&entry.label);
            let blanks = " ".repeat(label_width.saturating_sub(width(&label)));
            let head = fit(
                &format!("{mark} {:>digits$}  {label}{blanks}", at + 1),
                room,
            );
            let note = format!("  {}", escape(&entry.note));
            let note = shorten_parts(&note, room - width(&head), look);
            let note = note.trim_end();
            let head = if note.is_empty() {
                head.trim_end()
            } else {
                &head
            };
            let head = if place == self.at {
                look.tint(Tint::Bold, head)
            } else {
                head.to_owned()
            };
            lines.push(format!("{head}{}", look.tint(Tint::Dim, note)));
        }
        let shown = (top + self.page).min(self.left.len());
        let typed = !self.filter.is_empty();
        let mut keys = if self.left.is_empty() {
            "nothing fits; Esc takes it back".to_owned()
        } else if self.left.len() > self.page {
            let keys = if typed {
                String::new()
            } else {
                format!(", type to filter, Esc: {}", self.back)
            };
            format!("{}-{shown} of {}{keys}", top + 1, self.left.len())
        } else if typed {
            "Enter; Esc takes it back".to_owned()
        } else {
            format!("arrows or type, Enter, Esc: {}", self.back)
        };
        if typed {
            keys.push_str(&format!(" | {}", escape(&self.filter)));
        }
        lines.push(look.tint(Tint::Dim, &shorten(&format!("  {keys}"), room, look)));
        lines
    }
}

/// As many of the parts between commas as fit, so that none is cut; as [`shorten`] where not even the first one does.
fn shorten_parts(text: &str, columns: usize, look: &Look) -> String {
    let mut parts = text;
    while width(parts) > columns {
        match parts.rsplit_once(',') {
            Some((before, _)) => parts = before,
            None => return shorten(text, columns, look),
        }
    }
    parts.to_owned()
}

/// The text; its start and dots where it does not fit into so many columns.
fn shorten(text: &str, columns: usize, look: &Look) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let dots = if look.unicode { "\u{2026}" } else { "..." };
    fit(
        &(fit(text, columns.saturating_sub(width(dots))) + dots),
        columns,
    )
}

/// As much of the start of `text` as fits into so many columns.
pub(super) fn fit(text: &str, columns: usize) -> String {
    let mut used = 0;
    let fits = |c: &char| {
        used += columns_of(*c);
        used <= columns
    };
    text.chars().take_while(fits).collect()
}

/// The columns that a text takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// Two for the scripts and symbols that terminals draw double, by the blocks of Unicode's East Asian Width.
fn columns_of(c: char) -> usize {
    match c {
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(names: &[&str]) -> Vec<Entry> {
        names.iter().map(|name| Entry::new(*name, "sso")).collect()
    }

    fn type_in(list: &mut List<'_>, text: &str) {
        for c in text.chars() {
            assert_eq!(list.press(Key::Char(c)), Outcome::Open);
        }
    }

    #[test]
    fn arrows_go_round() {
        let entries = entries(&["a", "b", "c"]);
        let mut list = List::new(&entries, 1, false);
        for (key, at) in [
            (Key::Down, 2),
            (Key::Down, 0),
            (Key::Up, 2),
            (Key::Home, 0),
            (Key::End, 2),
        ] {
            list.press(key);
            assert_eq!(list.press(Key::Enter), Outcome::Answer(at), "{key:?}");
        }
    }

    #[test]
    fn what_is_typed_filters_and_a_number_marks() {
        let entries = entries(&["alpha", "beta 1234", "Gamma"]);
        for (text, chosen) in [
            ("GAM", Outcome::Answer(2)),
            ("3", Outcome::Answer(2)),
            ("12 bet", Outcome::Answer(1)),
            ("sso", Outcome::Open),
            ("1234", Outcome::Answer(1)),
            ("zzz", Outcome::Open),
        ] {
            let mut list = List::new(&entries, 0, false);
            type_in(&mut list, text);
            assert_eq!(list.press(Key::Enter), chosen, "{text}");
            assert_eq!(list.press(Key::Escape), Outcome::Open);
            assert_eq!(list.press(Key::Escape), Outcome::Back);
        }
    }

    #[test]
    fn a_line_means_a_number_or_the_only_one_that_fits() {
        let entries = entries(&["dev", "dev-eu", "prod-12"]);
        let list = List::new(&entries, 1, false);
        for (text, found) in [
            ("", Some(1)),
            ("3", Some(2)),
            ("0", None),
            ("12", None),
            ("dev", Some(0)),
            ("de", None),
            ("sso", None),
            ("EU", Some(1)),
            ("x", None),
        ] {
            assert_eq!(list.find(text), found, "{text}");
        }
    }

    #[test]
    fn a_page_fits_the_terminal() {
        let names: Vec<String> = (0..50).map(|at| format!("p{at}\u{1b} \u{6f22}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let entries = entries(&names);
        let mut list = List::new(&entries, 7, false);
        let lines = list.lines(&Look::PLAIN, 20, 8);
        assert_eq!(lines.len(), 6);
        assert!(lines.iter().all(|line| width(line) < 20), "{lines:?}");
        assert!(lines[2].starts_with(">  8  p7\\u{1b} "), "{lines:?}");
        assert!(lines[5].ends_with("..."), "{lines:?}");
        list.press(Key::PageDown);
        assert_eq!(list.press(Key::Enter), Outcome::Answer(12));
    }

    #[test]
    fn the_last_page_is_full() {
        let names: Vec<String> = (1..=15).map(|at| format!("p{at}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let entries = entries(&names);
        let mut list = List::new(&entries, 0, true);
        let lines = list.lines(&Look::PLAIN, 60, 17);
        assert_eq!(
            lines.last().unwrap(),
            "  1-14 of 15, type to filter, Esc: quit"
        );
        list.press(Key::Up);
        let lines = list.lines(&Look::PLAIN, 60, 17);
        assert_eq!(
            lines.last().unwrap(),
            "  2-15 of 15, type to filter, Esc: quit"
        );
        assert!(lines[0].starts_with("   2  p2"), "{lines:?}");
        assert!(lines[13].starts_with("> 15  p15"), "{lines:?}");
    }

    #[test]
    fn a_note_is_cut_between_its_parts() {
        let text = "  valid for 7 h, us-west-2, 111122223333, Developer";
        for (columns, shown) in [
            (60, text),
            (40, "  valid for 7 h, us-west-2, 111122223333"),
            (39, "  valid for 7 h, us-west-2"),
            (10, "  valid..."),
        ] {
            assert_eq!(shorten_parts(text, columns, &Look::PLAIN), shown);
        }
    }
}
