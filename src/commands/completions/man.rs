//! The manual page, from the tree of commands: roff with the macros of man(7).

use std::fmt::Write as _;

/// The page for section 1. `everywhere` holds the options that every command takes.
pub(super) fn page(root: &clap::Command, everywhere: &clap::Command) -> String {
    let name = root.get_name();
    let mut out = format!(
        ".TH {} 1 \"\" \"{name} {}\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n",
        name.to_uppercase(),
        env!("CARGO_PKG_VERSION"),
        escape(name),
        escape(env!("CARGO_PKG_DESCRIPTION")),
    );
    let _ = writeln!(
        out,
        ".B {}\n[\\fIoptions\\fR] \\fIcommand\\fR\n.SH COMMANDS",
        escape(name)
    );
    commands(root, name, &mut out);
    out.push_str(".SH GLOBAL OPTIONS\n");
    arguments(everywhere, &mut out);
    out.push_str(
        ".SH EXIT STATUS\n0: success. 1: failure. 2: the command line does not fit. 130: interrupted.\n",
    );
    out
}

/// The commands below one, each with its own under it.
fn commands(above: &clap::Command, path: &str, out: &mut String) {
    for command in above.get_subcommands().filter(|it| !it.is_hide_set()) {
        let path = format!("{path} {}", command.get_name());
        let _ = write!(out, ".SS {}", escape(&path));
        for arg in command.get_positionals().filter(|it| !it.is_hide_set()) {
            let _ = write!(out, " {}", value(arg));
        }
        out.push('\n');
        text(command.get_long_about().or(command.get_about()), "PP", out);
        arguments(command, out);
        commands(command, &path, out);
    }
}

fn arguments(command: &clap::Command, out: &mut String) {
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
        out.push_str(".TP\n");
        if let Some(short) = arg.get_short() {
            let _ = write!(out, "\\fB\\-{short}\\fR, ");
        }
        if let Some(long) = arg.get_long() {
            let _ = write!(out, "\\fB\\-\\-{}\\fR ", escape(long));
        }
        if arg.get_action().takes_values() {
            out.push_str(&value(arg));
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
        text(arg.get_long_help().or(arg.get_help()), "IP", out);
        let values = arg.get_possible_values();
        if !values.is_empty()
            && arg.get_action().takes_values()
            && !arg.is_hide_possible_values_set()
        {
            let names: Vec<&str> = values
                .iter()
                .map(clap::builder::PossibleValue::get_name)
                .collect();
            let _ = writeln!(out, ".IP\nOne of: {}", escape(&names.join(", ")));
        }
    }
}

/// What stands for an argument's value.
fn value(arg: &clap::Arg) -> String {
    let name = arg.get_value_names().and_then(<[_]>::first);
    let name = name.map_or_else(|| arg.get_id().as_str(), |name| name.as_str());
    format!("\\fI{}\\fR", escape(name))
}

/// Help, an empty line in it as a paragraph of the kind that goes on where it stands.
fn text(help: Option<&clap::builder::StyledStr>, paragraph: &str, out: &mut String) {
    let Some(help) = help else { return };
    for line in help.to_string().lines() {
        let _ = if line.is_empty() {
            writeln!(out, ".{paragraph}")
        } else {
            writeln!(out, "{}", escape(line))
        };
    }
}

/// Text as it is: no request, no escape, and a dash that can be copied into a shell.
fn escape(text: &str) -> String {
    let plain = text.replace('\\', "\\e").replace('-', "\\-");
    if plain.starts_with(['.', '\'']) {
        format!("\\&{plain}")
    } else {
        plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_help_text_is_roff() {
        assert_eq!(escape(r"a\nb --c"), r"a\enb \-\-c");
        assert_eq!(escape(".SH x"), r"\&.SH x");
        assert_eq!(escape("'br"), r"\&'br");
    }

    #[test]
    fn commands_options_and_values_are_in_it_and_hidden_ones_are_not() {
        let arg = |name: &'static str| clap::Arg::new(name).long(name);
        let below = clap::Command::new("add")
            .about("Adds one\n\nand more")
            .arg(clap::Arg::new("what").value_name("WHAT").help(".what"))
            .arg(arg("how").short('h').value_parser(["a", "b"]).help("How"))
            .arg(arg("secret").hide(true));
        let root = clap::Command::new("pro-gram")
            .subcommand(below)
            .subcommand(clap::Command::new("hook").hide(true));
        let page = page(
            &root,
            &clap::Command::new("").arg(arg("json").num_args(0).action(clap::ArgAction::SetTrue)),
        );
        for wanted in [
            ".SH COMMANDS\n.SS pro\\-gram add \\fIWHAT\\fR\nAdds one\n.PP\nand more\n",
            ".TP\n\\fIWHAT\\fR\n\\&.what\n",
            ".TP\n\\fB\\-h\\fR, \\fB\\-\\-how\\fR \\fIhow\\fR\nHow\n.IP\nOne of: a, b\n",
            ".SH GLOBAL OPTIONS\n.TP\n\\fB\\-\\-json\\fR\n",
        ] {
            assert!(page.contains(wanted), "{wanted}\n--\n{page}");
        }
        assert!(!page.contains("secret") && !page.contains("hook"), "{page}");
    }
}
