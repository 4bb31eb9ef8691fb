//! A line that is being typed.

use super::list::{fit, width};
use super::{Key, Outcome};
use crate::report::escape;

/// What was typed so far.
#[derive(Default)]
pub(super) struct Line {
    text: String,
}

impl Line {
    /// What a key makes of it. Escape goes back, unless something was typed: then it takes that back.
    pub(super) fn press(&mut self, key: Key) -> Outcome<String> {
        match key {
            Key::Char(c) => self.text.push(c),
            Key::Backspace => drop(self.text.pop()),
            Key::Enter => return Outcome::Answer(self.text.trim().to_owned()),
            Key::Escape if self.text.is_empty() => return Outcome::Back,
            Key::Erase | Key::Escape => self.text.clear(),
            _ => {}
        }
        Outcome::Open
    }

    /// The end of it, as much as a terminal of that width shows behind the prompt.
    pub(super) fn tail(&self, columns: usize) -> String {
        let text = escape(&self.text);
        let room = columns.saturating_sub(4);
        let mut tail = text.as_str();
        while width(tail) > room {
            tail = tail
                .get(tail.chars().next().map_or(0, char::len_utf8)..)
                .unwrap_or_default();
        }
        fit(tail, room)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_edit_the_line() {
        let mut line = Line::default();
        for c in "us-x".chars() {
            assert_eq!(line.press(Key::Char(c)), Outcome::Open);
        }
        line.press(Key::Backspace);
        line.press(Key::Up);
        assert_eq!(line.tail(80), "us-");
        assert_eq!(line.tail(6), "s-");
        assert_eq!(line.press(Key::Enter), Outcome::Answer("us-".into()));
        assert_eq!(line.press(Key::Escape), Outcome::Open);
        assert_eq!(line.press(Key::Escape), Outcome::Back);
    }
}
