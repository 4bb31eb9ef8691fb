//! The manual page, from the tree of commands: roff with the macros of man(7).

use crate::commands::usage::{Flag, Usage};

/// The page for section 1. `everywhere` holds the options that every command takes.
pub(super) fn page(root: &Usage, everywhere: &[Flag]) -> String {
    let name = root.name;
    let mut out = format!(
        ".TH {} 1 \"\" \"{name} {}\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n.B {}\n[\\fIoptions\\fR] \\fIcommand\\fR\n.SH COMMANDS\n",
        name.to_ascii_uppercase(),
        env!("CARGO_PKG_VERSION"),
        escape(name),
        escape(env!("CARGO_PKG_DESCRIPTION")),
        escape(name),
    );
    commands(root, name, &mut out);
    out.push_str(".SH GLOBAL OPTIONS\n");
    arguments(everywhere, &mut out);
    out.push_str(END);
    out
}

/// What no table of ours has.
const END: &str = r".SH EXIT STATUS
0: success. 1: failure. 2: the command line does not fit. 130: interrupted.
.PP
\fBrun\fR passes on the command's own; 127: it was not found, 126: it may not be executed.
.SH ENVIRONMENT
.TP
.B AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, AWS_PROFILE
As for
.BR aws .
.TP
.B CLAUDE_CONFIG_DIR
The folder of Claude Code, instead of
.IR ~/.claude .
.TP
.B NO_COLOR
Use no colours.
.TP
.B BEDROCK_DEBUG
1: as \-\-verbose.
.SH FILES
.TP
.I ~/.claude/settings.json
What is edited, unless with \-\-scope or \-\-settings. Beside it are copies from before.
.TP
.I ~/.aws/config
What \fBsso\fR and \fBsetup\fR add profiles to.
.TP
.I ~/.cache/claude\-bedrock
The last listings.
.SH EXAMPLES
.nf
claude\-bedrock setup
claude\-bedrock apply\-config \-\-profile dev \-\-region us\-west\-2 \-\-model opus
claude\-bedrock status \-\-json
claude\-bedrock run \-\-profile dev \-\- claude
claude\-bedrock reset
.fi
.SH SEE ALSO
.BR aws (1),
.BR claude (1)
";

/// The commands below one, each with its own under it.
fn commands(above: &Usage, path: &str, out: &mut String) {
    for command in above.shown() {
        let path = format!("{path} {}", command.name);
        let (path_of, behind) = (escape(&path), escape(&command.behind()));
        out.push_str(&format!(".SS {path_of}\n\\fB{path_of}\\fR {behind}\n.PP\n"));
        text(command.help, "PP", out);
        arguments(command.flags, out);
        commands(command, &path, out);
    }
}

fn arguments(flags: &[Flag], out: &mut String) {
    for flag in flags {
        out.push_str(".TP\n");
        if let Some(short) = flag.short {
            out.push_str(&format!("\\fB\\-{short}\\fR, "));
        }
        let typed = flag.typed();
        let option = typed.split_once(" <").filter(|_| flag.is_option());
        let (name, value) = option.unwrap_or((&typed, ""));
        out.push_str(&format!("\\fB{}\\fR", escape(name)));
        if let Some(value) = value.strip_suffix('>') {
            out.push_str(&format!(" \\fI{}\\fR", escape(value)));
        }
        out.push('\n');
        text(flag.help, "IP", out);
        let words = flag.words_to_explain();
        if !words.is_empty() {
            out.push_str(".RS\n");
            for (word, meaning) in words {
                out.push_str(&format!(".TP\n\\fB{}\\fR\n", escape(word)));
                text(meaning, "IP", out);
            }
            out.push_str(".RE\n");
        }
    }
}

/// Help, an empty line in it as a paragraph of the kind that goes on where it stands, and examples as they are.
fn text(help: &str, paragraph: &str, out: &mut String) {
    let mut filled = true;
    for line in help
        .lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
    {
        if line.starts_with(' ') == filled {
            out.push_str(if filled { ".nf\n" } else { ".fi\n" });
            filled = !filled;
        }
        if line.is_empty() {
            out.push_str(&format!(".{paragraph}\n"));
        } else {
            out.push_str(&escape(line.trim_start()));
            out.push('\n');
        }
    }
    if !filled {
        out.push_str(".fi\n");
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
        use crate::commands::usage::Takes;
        const ADD: Usage = Usage {
            name: "add",
            help: " Adds one\n\n and more\n   like this\n",
            flags: &[
                Flag {
                    help: " .what",
                    ..Flag::option("WHAT", Takes::Argument(&[("it", "")]))
                },
                Flag {
                    help: " How",
                    ..Flag::option(
                        "how",
                        Takes::OneOf("HOW", &[("a", " This"), ("b", " That")]),
                    )
                    .short('h')
                },
            ],
            below: &[],
            run: None,
            hidden: false,
        };
        let root = Usage {
            name: "pro-gram",
            help: "",
            flags: &[],
            below: &[
                &ADD,
                &Usage {
                    name: "hook",
                    hidden: true,
                    ..ADD
                },
            ],
            run: None,
            hidden: false,
        };
        let page = page(&root, &[Flag::switch("json")]);
        for wanted in [
            ".SH COMMANDS\n.SS pro\\-gram add\n\\fBpro\\-gram add\\fR [OPTIONS] <WHAT>\n.PP\nAdds one\n.PP\nand more\n.nf\nlike this\n.fi\n",
            ".TP\n\\fB<WHAT>\\fR\n\\&.what\n",
            ".TP\n\\fB\\-h\\fR, \\fB\\-\\-how\\fR \\fIHOW\\fR\nHow\n.RS\n.TP\n\\fBa\\fR\nThis\n.TP\n\\fBb\\fR\nThat\n.RE\n",
            ".SH GLOBAL OPTIONS\n.TP\n\\fB\\-\\-json\\fR\n",
        ] {
            assert!(page.contains(wanted), "{wanted}\n--\n{page}");
        }
        assert!(!page.contains("hook"), "{page}");
    }
}
