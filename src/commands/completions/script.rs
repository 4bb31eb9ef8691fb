//! The tree of commands as a script for each shell.

use std::fmt::Write as _;

use super::Node;
use crate::commands::EVERYWHERE;
use crate::commands::usage::{Flag, Takes};

const HELP: Flag = Flag {
    help: " Print help",
    ..Flag::switch("help")
};
/// Of the program alone.
const VERSION: Flag = Flag {
    help: " Print the version",
    ..Flag::switch("version")
};

/// A command of the shell that prints the names of profiles, those left out that a shell would have to quote.
const PROFILES: &str = r#"claude-bedrock get-aws-context 2>/dev/null | sed -n 's/^        "name": "\([A-Za-z0-9_.@/+-]*\)",$/\1/p'"#;

/// For bash, without the package `bash-completion`.
pub(super) fn bash(nodes: &[Node]) -> String {
    let mut out = String::from(
        r"_claude_bedrock() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} path= words= i
    COMPREPLY=()
    [[ $cur == = ]] && cur=
    [[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}
    for ((i = 1; i < COMP_CWORD; i++)); do
",
    );
    let _ = writeln!(
        out,
        "        case \"$path ${{COMP_WORDS[i-1]}}\" in *' ='|{}) continue ;; esac\n        case \"$path ${{COMP_WORDS[i]}}\" in\n            {}) path+=\" ${{COMP_WORDS[i]}}\" ;;\n            *' --') return ;;\n        esac\n    done\n    case \"$path $prev\" in",
        taking(nodes),
        paths(nodes)
    );
    values(nodes, |pattern, flag| {
        let _ = match flag.takes {
            Takes::OneOf(..) => {
                writeln!(out, "        {pattern}) words='{}' ;;", words_of(flag))
            }
            _ if flag.name == "profile" => {
                writeln!(out, "        {pattern}) words=$({PROFILES}) ;;")
            }
            _ => writeln!(out, "        {pattern}) return ;;"),
        };
    });
    out.push_str("        *) case \"$path\" in\n");
    for node in nodes {
        let names: Vec<String> = choices(node).map(|(name, _)| name).collect();
        let _ = writeln!(
            out,
            "            '{}') words='{}' ;;",
            node.path,
            names.join(" ")
        );
    }
    let _ = write!(
        out,
        r#"        esac
            words+=' {}' ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
}}
complete -o bashdefault -o default -F _claude_bedrock claude-bedrock
"#,
        everywhere()
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
            .join(" ")
    );
    out
}

/// For zsh, with what each choice means.
pub(super) fn zsh(nodes: &[Node]) -> String {
    let mut out = String::from(
        r#"#compdef claude-bedrock
_claude_bedrock() {
    local route= word skip=
    local -a choices
    for word in "${(@)words[2,CURRENT-1]}"; do
        if [[ -n $skip ]]; then skip=; continue; fi
        case "$route $word" in
"#,
    );
    let _ = writeln!(
        out,
        "            ({}) route+=\" $word\" ;;\n            (*' --') _default; return ;;\n            ({}) skip=1 ;;\n        esac\n    done\n    case \"$route ${{words[CURRENT-1]}}\" in",
        paths(nodes),
        taking(nodes)
    );
    values(nodes, |pattern, flag| {
        let action = match flag.takes {
            Takes::OneOf(..) => format!("compadd -- {}; ", words_of(flag)),
            Takes::Path(_) => "_files; ".to_owned(),
            _ if flag.name == "profile" => format!("compadd -- ${{(f)\"$({PROFILES})\"}}; "),
            _ => String::new(),
        };
        let _ = writeln!(out, "        ({pattern}) {action}return ;;");
    });
    out.push_str("    esac\n    case \"$route\" in\n");
    let described = |out: &mut String, (name, help): (String, &str)| {
        let _ = write!(
            out,
            "\n            {}",
            single_quoted(&format!("{name}:{help}"))
        );
    };
    for node in nodes {
        let _ = write!(out, "        ('{}') choices=(", node.path);
        choices(node).for_each(|choice| described(&mut out, choice));
        out.push_str(") ;;\n");
    }
    out.push_str("    esac\n    choices+=(");
    everywhere().for_each(|choice| described(&mut out, choice));
    out.push_str(
        r")
    _describe 'claude-bedrock' choices
}
if [[ $funcstack[1] == _claude_bedrock ]]; then
  _claude_bedrock
else
  # A start file may not have loaded the completions yet.
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i; }
  compdef _claude_bedrock claude-bedrock
fi
",
    );
    out
}

/// For fish, one line a choice.
pub(super) fn fish(nodes: &[Node]) -> String {
    let mut out = String::from("complete -c claude-bedrock -f\n");
    for flag in EVERYWHERE.iter().chain([&HELP]) {
        let _ = writeln!(out, "complete -c claude-bedrock {}", fish_option(flag));
    }
    for node in nodes {
        let seen = node.path.split_whitespace();
        let mut conditions: Vec<String> = seen
            .map(|word| format!("__fish_seen_subcommand_from {word}"))
            .collect();
        let below: Vec<&str> = node.usage.shown().map(|below| below.name).collect();
        if !below.is_empty() {
            conditions.push(format!(
                "not __fish_seen_subcommand_from {}",
                below.join(" ")
            ));
        }
        let condition = conditions.join("; and ");
        let mut line = |rest: &str| {
            let _ = writeln!(out, "complete -c claude-bedrock -n '{condition}' {rest}");
        };
        for below in node.usage.shown() {
            line(&format!(
                "-a {} -d {}",
                below.name,
                single_quoted(below.about())
            ));
        }
        for word in arguments(node) {
            line(&format!("-a {word}"));
        }
        for flag in options(node) {
            line(&fish_option(flag));
        }
    }
    out
}

fn fish_option(flag: &Flag) -> String {
    let value = match flag.takes {
        Takes::Nothing | Takes::Switch => String::new(),
        Takes::OneOf(..) => format!(" -x -a '{}'", words_of(flag)),
        Takes::Path(_) => " -r -F".to_owned(),
        _ if flag.name == "profile" => {
            format!(" -x -a {}", single_quoted(&format!("({PROFILES})")))
        }
        _ => " -x".to_owned(),
    };
    format!(
        "-l {}{value} -d {}",
        flag.name,
        single_quoted(flag.help.trim())
    )
}

/// For PowerShell.
pub(super) fn powershell(nodes: &[Node]) -> String {
    let quoted = |words: Vec<String>| -> String {
        let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        words.join(", ")
    };
    let known = nodes.iter().map(|node| node.path.clone());
    let known = quoted(known.filter(|path| !path.is_empty()).collect());
    let mut out = String::from(
        r#"Register-ArgumentCompleter -Native -CommandName claude-bedrock -ScriptBlock {
    param($word, $ast, $position)
    $words = @($ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $position } | Select-Object -Skip 1 | ForEach-Object { "$_" })
    $path = ''
"#,
    );
    let _ = writeln!(
        out,
        "    foreach ($one in $words) {{ if (@({known}) -contains \"$path $one\") {{ $path += \" $one\" }} }}\n    \
         $last = if ($words.Count) {{ $words[-1] }} else {{ '' }}\n    $choices = switch -Wildcard (\"$path $last\") {{"
    );
    values(nodes, |pattern, flag| {
        if let Takes::OneOf(_, words) = flag.takes {
            // One string: PowerShell joins no words of its own.
            let pattern = pattern.replace("*' ", "'* ");
            let _ = writeln!(
                out,
                "        {pattern} {{ {}; break }}",
                quoted(words.iter().map(|(word, _)| (*word).to_owned()).collect())
            );
        }
    });
    out.push_str("        default {\n            switch ($path) {\n");
    for node in nodes {
        let names = quoted(choices(node).map(|(name, _)| name).collect());
        let _ = writeln!(out, "                '{}' {{ {names} }}", node.path);
    }
    let everywhere = quoted(everywhere().map(|(name, _)| name).collect());
    let _ = write!(
        out,
        "            }}\n            {everywhere}\n        }}\n    }}\n    \
         $choices | Where-Object {{ $_ -like \"$word*\" }} | ForEach-Object {{ [System.Management.Automation.CompletionResult]::new($_) }}\n}}\n"
    );
    out
}

/// What may stand next at a command, the options of all commands aside, with what it means.
fn choices(node: &Node) -> impl Iterator<Item = (String, &'static str)> {
    let below = node.usage.shown();
    below
        .map(|below| (below.name.to_owned(), below.about()))
        .chain(arguments(node).map(|word| (word.to_owned(), "")))
        .chain(options(node).map(dashed))
}

/// The options of a command, those of all commands aside.
fn options(node: &Node) -> impl Iterator<Item = &'static Flag> {
    let own = node.usage.flags.iter().filter(|flag| flag.is_option());
    own.chain(node.path.is_empty().then_some(&VERSION))
}

/// The words that a command's argument may be.
fn arguments(node: &Node) -> impl Iterator<Item = &'static str> {
    let arguments = node.usage.flags.iter().filter(|flag| !flag.is_option());
    arguments.flat_map(|flag| flag.words().iter().map(|(word, _)| *word))
}

fn dashed(flag: &'static Flag) -> (String, &'static str) {
    (format!("--{}", flag.name), flag.help.trim())
}

fn everywhere() -> impl Iterator<Item = (String, &'static str)> {
    EVERYWHERE.iter().chain([&HELP]).map(dashed)
}

fn words_of(flag: &Flag) -> String {
    let words: Vec<&str> = flag.words().iter().map(|(word, _)| *word).collect();
    words.join(" ")
}

/// Every path as one pattern of `case`.
fn paths(nodes: &[Node]) -> String {
    let paths = nodes.iter().filter(|node| !node.path.is_empty());
    let paths: Vec<String> = paths.map(|node| format!("'{}'", node.path)).collect();
    paths.join("|")
}

/// Every option that takes a value as one pattern of `case`.
fn taking(nodes: &[Node]) -> String {
    let mut patterns = Vec::new();
    values(nodes, |pattern, _| patterns.push(pattern.to_owned()));
    patterns.join("|")
}

/// Hands each option that takes a value to `write`, with a pattern for the path and the option.
fn values(nodes: &[Node], mut write: impl FnMut(&str, &Flag)) {
    let takes_one =
        |flag: &&Flag| flag.is_option() && !matches!(flag.takes, Takes::Nothing | Takes::Switch);
    for node in nodes {
        for flag in node.usage.flags.iter().filter(takes_one) {
            write(&format!("'{} --{}'", node.path, flag.name), flag);
        }
    }
    for flag in EVERYWHERE.iter().filter(takes_one) {
        write(&format!("*' --{}'", flag.name), flag);
    }
}

fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
