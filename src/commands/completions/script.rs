//! The tree of commands as a script for each shell.

use std::fmt::Write as _;

use super::{Node, OptionWord, Tree, Value};

/// For bash, without the package `bash-completion`.
pub(super) fn bash(tree: &Tree) -> String {
    let mut out = String::from(
        r#"_claude_bedrock() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} path= words= i
    COMPREPLY=()
    [[ $cur == = ]] && cur=
    [[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "$path ${COMP_WORDS[i]}" in
"#,
    );
    let _ = writeln!(
        out,
        "            {}) path+=\" ${{COMP_WORDS[i]}}\" ;;\n            *' --') return ;;\n        esac\n    done\n    case \"$path $prev\" in",
        paths(tree)
    );
    values(tree, |pattern, value| {
        let _ = match value {
            Value::OneOf(words) => {
                writeln!(out, "        {pattern}) words='{}' ;;", words.join(" "))
            }
            _ => writeln!(out, "        {pattern}) return ;;"),
        };
    });
    out.push_str("        *) case \"$path\" in\n");
    for node in &tree.nodes {
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
        dashed(&tree.everywhere)
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
            .join(" ")
    );
    out
}

/// For zsh, with what each choice means.
pub(super) fn zsh(tree: &Tree) -> String {
    let mut out = String::from(
        r#"#compdef claude-bedrock
_claude_bedrock() {
    local route= word
    local -a choices
    for word in "${(@)words[2,CURRENT-1]}"; do
        case "$route $word" in
"#,
    );
    let _ = writeln!(
        out,
        "            ({}) route+=\" $word\" ;;\n            (*' --') _default; return ;;\n        esac\n    done\n    case \"$route ${{words[CURRENT-1]}}\" in",
        paths(tree)
    );
    values(tree, |pattern, value| {
        let action = match value {
            Value::OneOf(words) => format!("compadd -- {}; ", words.join(" ")),
            Value::Path => "_files; ".to_owned(),
            _ => String::new(),
        };
        let _ = writeln!(out, "        ({pattern}) {action}return ;;");
    });
    out.push_str("    esac\n    case \"$route\" in\n");
    let described = |out: &mut String, (name, help): (String, String)| {
        let _ = write!(
            out,
            "\n            {}",
            single_quoted(&format!("{name}:{help}"))
        );
    };
    for node in &tree.nodes {
        let _ = write!(out, "        ('{}') choices=(", node.path);
        choices(node).for_each(|choice| described(&mut out, choice));
        out.push_str(") ;;\n");
    }
    out.push_str("    esac\n    choices+=(");
    dashed(&tree.everywhere).for_each(|choice| described(&mut out, choice));
    out.push_str(
        r")
    _describe 'claude-bedrock' choices
}
if [[ $funcstack[1] == _claude_bedrock ]]; then _claude_bedrock; else compdef _claude_bedrock claude-bedrock; fi
",
    );
    out
}

/// For fish, one line a choice.
pub(super) fn fish(tree: &Tree) -> String {
    let mut out = String::from("complete -c claude-bedrock -f\n");
    for option in &tree.everywhere {
        let _ = writeln!(out, "complete -c claude-bedrock {}", fish_option(option));
    }
    for node in &tree.nodes {
        let seen = node.path.split_whitespace();
        let mut conditions: Vec<String> = seen
            .map(|word| format!("__fish_seen_subcommand_from {word}"))
            .collect();
        if !node.commands.is_empty() {
            let below: Vec<&str> = node
                .commands
                .iter()
                .map(|(name, _)| name.as_str())
                .collect();
            conditions.push(format!(
                "not __fish_seen_subcommand_from {}",
                below.join(" ")
            ));
        }
        let condition = conditions.join("; and ");
        let mut line = |rest: &str| {
            let _ = writeln!(out, "complete -c claude-bedrock -n '{condition}' {rest}");
        };
        for (name, help) in &node.commands {
            line(&format!("-a {name} -d {}", single_quoted(help)));
        }
        for word in &node.words {
            line(&format!("-a {word}"));
        }
        for option in &node.options {
            line(&fish_option(option));
        }
    }
    out
}

fn fish_option(option: &OptionWord) -> String {
    let value = match &option.value {
        Value::None => String::new(),
        Value::OneOf(words) => format!(" -x -a '{}'", words.join(" ")),
        Value::Path => " -r -F".to_owned(),
        Value::Any => " -x".to_owned(),
    };
    format!(
        "-l {}{value} -d {}",
        option.name,
        single_quoted(&option.help)
    )
}

/// For PowerShell.
pub(super) fn powershell(tree: &Tree) -> String {
    let quoted = |words: Vec<String>| -> String {
        let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        words.join(", ")
    };
    let known = tree.nodes.iter().map(|node| node.path.clone());
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
    values(tree, |pattern, value| {
        if let Value::OneOf(words) = value {
            // One string: PowerShell joins no words of its own.
            let pattern = pattern.replace("*' ", "'* ");
            let _ = writeln!(
                out,
                "        {pattern} {{ {}; break }}",
                quoted(words.clone())
            );
        }
    });
    out.push_str("        default {\n            switch ($path) {\n");
    for node in &tree.nodes {
        let names = quoted(choices(node).map(|(name, _)| name).collect());
        let _ = writeln!(out, "                '{}' {{ {names} }}", node.path);
    }
    let everywhere = quoted(dashed(&tree.everywhere).map(|(name, _)| name).collect());
    let _ = write!(
        out,
        "            }}\n            {everywhere}\n        }}\n    }}\n    \
         $choices | Where-Object {{ $_ -like \"$word*\" }} | ForEach-Object {{ [System.Management.Automation.CompletionResult]::new($_) }}\n}}\n"
    );
    out
}

/// What may stand next at a command, the options of all commands aside, with what it means.
fn choices(node: &Node) -> impl Iterator<Item = (String, String)> {
    let words = node.words.iter().map(|word| (word.clone(), String::new()));
    node.commands
        .iter()
        .cloned()
        .chain(words)
        .chain(dashed(&node.options))
}

fn dashed(options: &[OptionWord]) -> impl Iterator<Item = (String, String)> {
    let words = options.iter();
    words.map(|option| (format!("--{}", option.name), option.help.clone()))
}

/// Every path as one pattern of `case`.
fn paths(tree: &Tree) -> String {
    let paths = tree.nodes.iter().filter(|node| !node.path.is_empty());
    let paths: Vec<String> = paths.map(|node| format!("'{}'", node.path)).collect();
    paths.join("|")
}

/// Hands each option that takes a value to `write`, with a pattern for the path and the option.
fn values(tree: &Tree, mut write: impl FnMut(&str, &Value)) {
    let takes_one = |option: &&OptionWord| !matches!(option.value, Value::None);
    for node in &tree.nodes {
        for option in node.options.iter().filter(takes_one) {
            write(&format!("'{} --{}'", node.path, option.name), &option.value);
        }
    }
    for option in tree.everywhere.iter().filter(takes_one) {
        write(&format!("*' --{}'", option.name), &option.value);
    }
}

fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
