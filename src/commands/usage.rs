//! What a command takes, as a table: `cli` reads the command line and renders the help by it, `completions` its scripts.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::commands::Context;
use crate::error::Result;
use crate::report::Report;

/// A command, or the program itself.
pub struct Usage {
    /// The word that calls it.
    pub name: &'static str,
    /// Its help: a sentence, an empty line and whatever else there is to say. A line that is indented stays as it is.
    pub help: &'static str,
    /// Its options and arguments, in the order of the help.
    pub flags: &'static [Flag],
    /// The commands below it.
    pub below: &'static [&'static Usage],
    /// What it does; `None` where a command below has to follow.
    pub run: Option<Run>,
    /// Left out of the help and of completions: for programs, not for people.
    pub hidden: bool,
}

/// Runs a command with what was given to it.
pub type Run = fn(&Given, &Context<'_>) -> Result<Box<dyn Report>>;

impl Usage {
    /// The sentence that lists of commands show.
    pub fn about(&self) -> &'static str {
        self.help.lines().next().unwrap_or_default().trim()
    }

    /// The commands below that people call.
    pub fn shown(&self) -> impl Iterator<Item = &'static Usage> {
        self.below.iter().copied().filter(|below| !below.hidden)
    }

    /// What stands behind the words that lead to it: `[OPTIONS] -- <CMD>...`.
    pub fn behind(&self) -> String {
        let mut line = "[OPTIONS]".to_owned();
        for flag in self.flags.iter().filter(|flag| flag.is_required()) {
            line.push(' ');
            line.push_str(&flag.typed());
        }
        if !self.below.is_empty() {
            line.push_str(" <COMMAND>");
        }
        line
    }
}

/// An option, or an argument without a name of its own.
#[derive(Clone, Copy)]
pub struct Flag {
    /// Without its dashes; of an argument what its value is called.
    pub name: &'static str,
    /// Its one letter.
    pub short: Option<char>,
    /// What follows it.
    pub takes: Takes,
    /// One line that says what it is for.
    pub help: &'static str,
    /// Another option without which it means nothing.
    pub requires: Option<&'static str>,
    /// Another option that rules it out.
    pub conflicts: Option<&'static str>,
}

/// Words to choose from, each with what it means.
pub type Words = &'static [(&'static str, &'static str)];

/// What follows an option. The text names the value in the help.
#[derive(Clone, Copy)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// Nothing, or `=true` or `=false`.
    Switch,
    /// Any text.
    Text(&'static str),
    /// Any text, and the option has to be there.
    Required(&'static str),
    /// Any text; the option may be given several times.
    Several(&'static str),
    /// A file or a folder.
    Path(&'static str),
    /// A whole number from the first to the second.
    Number(&'static str, u64, u64),
    /// One of a few words.
    OneOf(&'static str, Words),
    /// No option: the argument, one of a few words.
    Argument(Words),
    /// No option: a command line after `--`.
    CommandLine,
    /// No option: whatever words follow, whatever they look like.
    Rest,
}

impl Flag {
    /// An option.
    pub const fn option(name: &'static str, takes: Takes) -> Self {
        Flag {
            name,
            short: None,
            takes,
            help: "",
            requires: None,
            conflicts: None,
        }
    }

    /// An option that takes nothing.
    pub const fn switch(name: &'static str) -> Self {
        Flag::option(name, Takes::Nothing)
    }

    /// With one letter for it.
    #[must_use]
    pub const fn short(mut self, letter: char) -> Self {
        self.short = Some(letter);
        self
    }

    /// Means nothing without another.
    #[must_use]
    pub const fn requires(mut self, other: &'static str) -> Self {
        self.requires = Some(other);
        self
    }

    /// Cannot be given together with another.
    #[must_use]
    pub const fn conflicts(mut self, other: &'static str) -> Self {
        self.conflicts = Some(other);
        self
    }

    /// Whether it has a name with dashes; else it is known by its place.
    pub const fn is_option(&self) -> bool {
        !matches!(
            self.takes,
            Takes::Argument(_) | Takes::CommandLine | Takes::Rest
        )
    }

    /// Whether the command cannot do without it.
    pub const fn is_required(&self) -> bool {
        matches!(
            self.takes,
            Takes::Required(_) | Takes::Argument(_) | Takes::CommandLine
        )
    }

    /// What is typed: the name with its dashes and what its value is called.
    pub fn typed(&self) -> String {
        let name = self.name;
        match self.takes {
            Takes::Nothing => format!("--{name}"),
            Takes::Switch => format!("--{name}[=BOOL]"),
            Takes::Text(value)
            | Takes::Required(value)
            | Takes::Several(value)
            | Takes::Path(value)
            | Takes::Number(value, ..)
            | Takes::OneOf(value, _) => format!("--{name} <{value}>"),
            Takes::Argument(_) => format!("<{name}>"),
            Takes::CommandLine => format!("-- <{name}>..."),
            Takes::Rest => format!("[{name}]..."),
        }
    }

    /// The words to choose from.
    pub const fn words(&self) -> Words {
        match self.takes {
            Takes::OneOf(_, words) | Takes::Argument(words) => words,
            _ => &[],
        }
    }

    /// The same where each has to be explained: words whose meaning the help gives already are none.
    pub fn words_to_explain(&self) -> Words {
        let words = self.words();
        let told = words.iter().all(|(word, _)| self.help.contains(word));
        if told { &[] } else { words }
    }
}

/// What was given on the command line: each option or argument by its name, in the order given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given(pub Vec<(&'static str, OsString)>);

impl Given {
    /// The values of an option or argument.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a OsString> {
        let named = self.0.iter().filter(move |(given, _)| *given == name);
        named.map(|(_, value)| value)
    }

    /// The last value of an option or argument.
    pub fn last(&self, name: &str) -> Option<&OsString> {
        self.all(name).last()
    }

    /// The same as text. What `cli` let through is text wherever text is taken.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.last(name)?.to_str()
    }
}

/// How a field is read from what was given.
pub trait Read {
    /// Reads it; an option that was not given leaves what is usual.
    fn read(given: &Given, name: &str) -> Self;
}

impl Read for bool {
    fn read(given: &Given, name: &str) -> Self {
        given.last(name).is_some_and(|value| value != "false")
    }
}

impl Read for Option<bool> {
    fn read(given: &Given, name: &str) -> Self {
        given.last(name).map(|value| value != "false")
    }
}

impl Read for Option<String> {
    fn read(given: &Given, name: &str) -> Self {
        given.text(name).map(str::to_owned)
    }
}

impl Read for String {
    fn read(given: &Given, name: &str) -> Self {
        Option::read(given, name).unwrap_or_default()
    }
}

impl Read for Vec<String> {
    fn read(given: &Given, name: &str) -> Self {
        let texts = given.all(name).filter_map(|value| value.to_str());
        texts.map(str::to_owned).collect()
    }
}

impl Read for Option<u64> {
    fn read(given: &Given, name: &str) -> Self {
        given.text(name)?.parse().ok()
    }
}

impl Read for Option<PathBuf> {
    fn read(given: &Given, name: &str) -> Self {
        given.last(name).map(PathBuf::from)
    }
}

impl Read for Vec<OsString> {
    fn read(given: &Given, name: &str) -> Self {
        given.all(name).cloned().collect()
    }
}

/// A struct of what a command takes, with its table; without `= "word"` the struct alone.
///
/// The documentation is the help: that of the struct, of the command; that of a field, of its option.
macro_rules! arguments {
    (
        $(#[doc = $help:literal])+
        $visible:vis struct $name:ident = $word:literal { $($fields:tt)* }
    ) => {
        $crate::commands::usage::arguments! {
            $(#[doc = $help])+
            $visible struct $name { $($fields)* }
        }

        impl $name {
            /// What it takes and what its help says.
            pub(crate) const USAGE: $crate::commands::usage::Usage = $crate::commands::usage::Usage {
                name: $word,
                help: concat!($($help, "\n",)+),
                flags: Self::FLAGS,
                below: &[],
                run: Some(|given, context| Self::read(given).run(context)),
                hidden: false,
            };
        }
    };
    (
        $(#[doc = $help:literal])+
        $visible:vis struct $name:ident {
            $(
                $(#[doc = $what:literal])+
                $field_visible:vis $field:ident: $kind:ty = $flag:expr;
            )*
        }
    ) => {
        $(#[doc = $help])+
        #[derive(Clone, Debug, Default)]
        $visible struct $name {
            $( $(#[doc = $what])+ $field_visible $field: $kind, )*
        }

        impl $name {
            /// Its options and arguments.
            pub(crate) const FLAGS: &[$crate::commands::usage::Flag] = &[
                $( $crate::commands::usage::Flag { help: concat!($($what,)+), ..$flag }, )*
            ];

            /// Takes what was given.
            pub(crate) fn read(_given: &$crate::commands::usage::Given) -> Self {
                $name {
                    $( $field: $crate::commands::usage::Read::read(_given, const { $flag.name }), )*
                }
            }
        }
    };
}

/// Words to choose from as an enum; the first is what is usual.
macro_rules! words {
    (
        $(#[$attribute:meta])*
        $visible:vis enum $name:ident {
            $(#[doc = $first_help:literal])+
            $first:ident = $first_word:literal,
            $( $(#[doc = $help:literal])+ $variant:ident = $word:literal, )*
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        $visible enum $name {
            $(#[doc = $first_help])+
            #[default]
            $first,
            $( $(#[doc = $help])+ $variant, )*
        }

        impl $name {
            /// Each with what it means.
            pub(crate) const WORDS: $crate::commands::usage::Words = &[
                ($first_word, concat!($($first_help,)+)),
                $( ($word, concat!($($help,)+)), )*
            ];
        }

        impl $crate::commands::usage::Read for Option<$name> {
            fn read(given: &$crate::commands::usage::Given, name: &str) -> Self {
                let word = given.text(name)?;
                let all = [$name::$first, $($name::$variant,)*];
                let at = $name::WORDS.iter().position(|(known, _)| word == *known)?;
                all.get(at).copied()
            }
        }

        impl $crate::commands::usage::Read for $name {
            fn read(given: &$crate::commands::usage::Given, name: &str) -> Self {
                Option::read(given, name).unwrap_or_default()
            }
        }
    };
}

pub(crate) use {arguments, words};
