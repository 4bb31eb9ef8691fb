//! Settings files of every style, for the property tests.

use proptest::prelude::*;
use proptest::sample::select;

/// How a file is laid out.
#[derive(Clone, Debug)]
struct Layout {
    /// `None` is one line.
    indent: Option<&'static str>,
    crlf: bool,
    colon: &'static str,
    comma: &'static str,
    blank_lines: bool,
    last_newline: bool,
    encoding: u8,
}

fn layout() -> impl Strategy<Value = Layout> {
    let indent = select(vec![None, Some("  "), Some("    "), Some("\t"), Some("")]);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    let spaces = (select(vec![": ", ":", " : "]), select(vec!["", " "]));
    (indent, flags, spaces, 0u8..8).prop_map(
        |(indent, (crlf, blank_lines, last_newline), (colon, comma), encoding)| Layout {
            indent,
            crlf,
            colon,
            comma,
            blank_lines,
            last_newline,
            encoding,
        },
    )
}

type Members = Vec<(&'static str, &'static str)>;

fn root_members() -> impl Strategy<Value = Members> {
    let member = prop_oneof![
        4 => (
            select(vec!["a", "hooks", "x y", "__proto__", "10", "2", "statusLine", "caf\\u00e9", "日本"]),
            select(vec![
                "\"opus\"", "12345678901234567890", "1.0", "1e400", "-0", "\"\\u00e9\\/\\n\"",
                "\"é日本 \\\\\"", "[ ]", "{ }", "[\"a\",  \"b\"]", "{\"a\": {\"b\": [1,2, 3]}}", "null",
                "true", "\"\\ud800\"", "[\n 1\n]", "\"{\\\"env\\\": 1}\"",
            ]),
        ),
        1 => Just(("permissions", "{\"allow\": [\"Bash(git *)\"],\"deny\": []}")),
        1 => (Just("model"), select(vec![
            "\"opus\"", "\"us.anthropic.claude-opus-4-6-v1\"", "\"eu.anthropic.claude-sonnet-4-5-20250929-v1:0[1m]\"",
            "\"arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/abcd1234\"",
        ])),
        1 => (Just("awsAuthRefresh"), select(vec![
            "\"saml2aws login\"", "\"aws sso login --profile old\"", "\"claude-bedrock login --if-needed --profile old\"",
        ])),
        1 => (Just("awsCredentialExport"), select(vec!["\"vault-creds\"", "\"aws configure export-credentials --profile old --format process\""])),
    ];
    proptest::collection::vec(member, 0..6)
}

fn env_members() -> impl Strategy<Value = Members> {
    let name = select(vec![
        "FOO",
        "HTTP_PROXY",
        "AWS_PROFILE",
        "AWS_REGION",
        "ANTHROPIC_MODEL",
        "ANTHROPIC_SMALL_FAST_MODEL",
        "ANTHROPIC_DEFAULT_OPUS_MODEL",
        "ANTHROPIC_DEFAULT_HAIKU_MODEL",
        "MAX_THINKING_TOKENS",
        "ANTHROPIC_BEDROCK_BASE_URL",
        "CLAUDE_CODE_SKIP_BEDROCK_AUTH",
        "CLAUDE_CODE_USE_BEDROCK",
        "DISABLE_PROMPT_CACHING",
        "AWS_BEARER_TOKEN_BEDROCK",
    ]);
    let value = select(vec![
        "\"1\"",
        "\"0\"",
        "\"dev\"",
        "\"eu-\\u0077est-1\"",
        "8080",
        "true",
        "null",
        "\"\"",
        "\"eu.anthropic.claude-haiku-4-5-20251001-v1:0\"",
        "\"us.anthropic.claude-opus-4-8\"",
        "\"opus\"",
    ]);
    proptest::collection::vec((name, value), 0..6)
}

fn render(layout: &Layout, members: &[(String, String)], depth: usize) -> String {
    let (Some(indent), false) = (layout.indent, members.is_empty()) else {
        let members: Vec<_> = members
            .iter()
            .map(|(n, v)| format!("\"{n}\"{}{v}", layout.colon))
            .collect();
        return format!("{{{}}}", members.join(&format!(",{}", layout.comma)));
    };
    let mut text = "{".to_owned();
    for (at, (name, value)) in members.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        text += if layout.blank_lines && at % 2 == 1 {
            "\n\n"
        } else {
            "\n"
        };
        text += &indent.repeat(depth);
        text += &format!("\"{name}\"{}{value}", layout.colon);
    }
    text += if layout.blank_lines { "\n\n" } else { "\n" };
    text += &indent.repeat(depth - 1);
    text.push('}');
    text
}

/// A settings file that Claude Code reads, in any style, with and without keys of ours, duplicates included.
pub(crate) fn settings_file() -> impl Strategy<Value = Vec<u8>> {
    let env = proptest::option::weighted(0.7, (env_members(), any::<prop::sample::Index>()));
    let file = (layout(), root_members(), env).prop_map(|(layout, root, env)| {
        let own = |members: Members| -> Vec<(String, String)> {
            members
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                .collect()
        };
        let mut members = own(root);
        if let Some((env, at)) = env {
            let text = render(&layout, &own(env), 2);
            members.insert(at.index(members.len() + 1), ("env".to_owned(), text));
        }
        let mut text = render(&layout, &members, 1);
        if layout.last_newline {
            text.push('\n');
        }
        if layout.crlf {
            text = text.replace('\n', "\r\n");
        }
        match layout.encoding {
            0 => ["\u{feff}", &text].concat().into_bytes(),
            1 => ["\u{feff}", &text]
                .concat()
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect(),
            2 => ["\u{feff}", &text]
                .concat()
                .encode_utf16()
                .flat_map(u16::to_be_bytes)
                .collect(),
            // A stray byte that is not UTF-8.
            3 => text
                .replace("opus", "op\u{1}us")
                .bytes()
                .map(|b| if b == 1 { 0xff } else { b })
                .collect(),
            _ => text.into_bytes(),
        }
    });
    prop_oneof![12 => file, 1 => select(vec![b"".to_vec(), b" \r\n\t".to_vec(), b"{}".to_vec(), b"{ }\n".to_vec()])]
}
