use proptest::prelude::*;
use serde_json::json;

use super::samples::settings_file;
use super::*;

fn parse(text: &str) -> Document {
    Document::parse(text.as_bytes()).unwrap()
}

fn set(text: &str, path: &[&str], value: &str) -> String {
    let mut document = parse(text);
    document.set(path, &json!(value)).unwrap();
    String::from_utf8(document.to_bytes()).unwrap()
}

fn remove(text: &str, path: &[&str]) -> String {
    let mut document = parse(text);
    document.remove(path);
    String::from_utf8(document.to_bytes()).unwrap()
}

#[test]
fn new_members_take_the_style_of_the_file() {
    for (before, after) in [
        ("", "{\n  \"env\": {\n    \"K\": \"v\"\n  }\n}\n"),
        (
            " \r\n",
            "{\r\n  \"env\": {\r\n    \"K\": \"v\"\r\n  }\r\n}\r\n",
        ),
        ("{}", "{\n  \"env\": {\n    \"K\": \"v\"\n  }\n}"),
        ("{\n}\n", "{\n  \"env\": {\n    \"K\": \"v\"\n  }\n}\n"),
        ("{\"a\":1}", "{\"a\":1,\"env\":{\"K\":\"v\"}}"),
        ("{\"a\": 1}\n", "{\"a\": 1, \"env\": {\"K\": \"v\"}}\n"),
        (
            "{ \"a\": 1,\"b\": 2 }",
            "{ \"a\": 1,\"b\": 2,\"env\": {\"K\": \"v\"} }",
        ),
        (
            "{\n\t\"a\": [\n\t\t1\n\t]\n\n}\n",
            "{\n\t\"a\": [\n\t\t1\n\t],\n\t\"env\": {\n\t\t\"K\": \"v\"\n\t}\n\n}\n",
        ),
        (
            "{\r\n    \"env\": {\r\n        \"X\": \"1\"\r\n    }\r\n}",
            "{\r\n    \"env\": {\r\n        \"X\": \"1\",\r\n        \"K\": \"v\"\r\n    }\r\n}",
        ),
        (
            "{\n\"a\":1\n}",
            "{\n\"a\":1,\n\"env\":{\n  \"K\":\"v\"\n}\n}",
        ),
        (
            "{\n  \"env\": {\"X\": \"1\"}\n}",
            "{\n  \"env\": {\"X\": \"1\", \"K\": \"v\"}\n}",
        ),
    ] {
        assert_eq!(set(before, &["env", "K"], "v"), after, "{before:?}");
    }
}

#[test]
fn a_value_is_replaced_where_it_stands_and_an_equal_one_keeps_its_spelling() {
    let text = "{ \"m\" :\t\"op\\u0075s\" , \"n\": 1.0}";
    assert_eq!(set(text, &["m"], "opus"), text);
    assert_eq!(
        set(text, &["m"], "x\"\n"),
        "{ \"m\" :\t\"x\\\"\\n\" , \"n\": 1.0}"
    );
}

#[test]
fn removal_takes_the_comma_and_nothing_else() {
    for (before, after) in [
        ("{\"a\":1,\"k\":2,\"b\":3}", "{\"a\":1,\"b\":3}"),
        ("{\"k\":2, \"b\":3}", "{\"b\":3}"),
        ("{\n  \"a\": 1,\n  \"k\": 2\n\n}\n", "{\n  \"a\": 1\n\n}\n"),
        ("{\n  \"k\": 1\n}\n", "{}\n"),
        ("{\"k\":1,\"a\":1,\"k\":2}", "{\"a\":1}"),
        ("{\"a\":1}", "{\"a\":1}"),
    ] {
        assert_eq!(remove(before, &["k"]), after, "{before:?}");
    }
}

#[test]
fn of_duplicates_the_last_counts() {
    let text = r#"{"env":{"K":"1"},"env":{"K":"2","K":"3"}}"#;
    assert_eq!(parse(text).get(&["env", "K"]), Some(json!("3")));
    assert_eq!(
        set(text, &["env", "K"], "v"),
        r#"{"env":{"K":"1"},"env":{"K":"2","K":"v"}}"#
    );
    assert_eq!(remove(text, &["env", "K"]), r#"{"env":{"K":"1"},"env":{}}"#);
}

#[test]
fn what_json_parse_refuses_is_refused_with_its_place() {
    for (text, line, column, word) in [
        ("{\n  // x\n  \"a\": 1\n}", 2, 3, "comment"),
        ("{\"é\": 1, /* x */ \"a\": 1}", 1, 10, "comment"),
        ("{\"a\": 1 /* x", 1, 9, "comment"),
        ("{\n  \"a\": 1,\n}", 2, 9, "comma before the closing"),
        ("{\"a\": [1,]}", 1, 9, "comma before the closing"),
        ("{\"a\": {\"b\": 1", 1, 14, "too early"),
        ("{\"a\": \"b", 1, 7, "inside a string"),
        ("{\"a\": \"b\n\"}", 1, 9, "closing quote"),
        ("{\"a\": \"b\u{1}\"}", 1, 9, "control character"),
        ("{\"a\": 1}}", 1, 9, "nothing more"),
        ("{\"a\": 1} {}", 1, 10, "nothing more"),
        ("{a: 1}", 1, 2, "double quotes"),
        ("{'a': 1}", 1, 2, "double quotes"),
        ("{\"a\" 1}", 1, 6, "colon"),
        ("{\"a\": 1 \"b\": 2}", 1, 9, "comma or `}`"),
        ("{\"a\": [1 2]}", 1, 10, "comma or `]`"),
        ("{\"a\": 01}", 1, 8, "comma"),
        ("{\"a\": .5}", 1, 7, "number"),
        ("{\"a\": NaN}", 1, 7, "`N` does not belong"),
        ("{\"a\": \"\\x41\"}", 1, 8, "escape"),
        ("{\"a\":\u{a0}1}", 1, 6, "blank"),
        ("{\"a\": 1}\u{c}", 1, 9, "blank"),
        ("{\"a\": [}", 1, 8, "`]`"),
        ("null", 1, 1, "null, not an object"),
        ("[1]\n", 1, 1, "an array, not an object"),
        (" \"env\"", 1, 2, "a string, not an object"),
    ] {
        let problem = Document::parse(text.as_bytes()).map(|_| ()).unwrap_err();
        assert_eq!(
            (problem.line, problem.column),
            (Some(line), Some(column)),
            "{text:?} {problem:?}"
        );
        assert!(problem.message.contains(word), "{text:?} {problem:?}");
    }
}

#[test]
fn defect_12_bytes_that_are_not_utf8_lone_surrogates_and_numbers_survive() {
    let mut file = br#"{"a":"\ud83d x \ude00","b":12345678901234567890,"c":1e400,"k":""#.to_vec();
    file.extend(b"\xff\xc3\",\"d\":\"\\\\ud800\"}");
    let mut document = Document::parse(&file).unwrap();
    assert_eq!(document.to_bytes(), file);
    document.set(&["z"], &json!("1")).unwrap();
    file.pop();
    file.extend(b",\"z\":\"1\"}");
    assert_eq!(document.to_bytes(), file);
}

#[test]
fn defect_2_a_mark_is_taken_off_and_put_back() {
    let file = b"\xef\xbb\xbf{\"a\":1}";
    let mut document = Document::parse(file).unwrap();
    document.set(&["k"], &json!("v")).unwrap();
    assert_eq!(document.to_bytes(), b"\xef\xbb\xbf{\"a\":1,\"k\":\"v\"}");
    for unit in [u16::to_le_bytes, u16::to_be_bytes] {
        let utf16 = |text: &str| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
        let mut document = Document::parse(&utf16("\u{feff}{\"😀\":1}")).unwrap();
        document.set(&["k"], &json!("é")).unwrap();
        assert_eq!(document.to_bytes(), utf16("\u{feff}{\"😀\":1,\"k\":\"é\"}"));
    }
    assert!(Document::parse(b"\xff\xfe{\0}").is_err());
    assert!(Document::parse(b"\xff\xfe\x00\xd8").is_err());
}

#[test]
fn defect_11_an_env_that_is_no_object_is_refused() {
    let mut document = parse("{\n  \"env\": \"FOO\"\n}");
    let problem = document.set(&["env", "K"], &json!("v")).unwrap_err();
    assert_eq!((problem.line, problem.column), (Some(2), Some(10)));
    assert!(problem.message.contains("a string, not an object"));
}

#[test]
fn nesting_of_any_depth_neither_overflows_nor_refuses() {
    let deep = |levels| format!("{{\"deep\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
    for levels in [600, 2_000, 500_000] {
        let text = deep(levels);
        let mut document = parse(&text);
        assert!(document.same_as(&parse(&text)));
        document.set(&["k"], &json!("v")).unwrap();
        assert_eq!(
            document.to_bytes(),
            text.replace("]}", "],\"k\":\"v\"}").into_bytes()
        );
    }
}

#[test]
fn more_than_two_mebibytes_are_refused() {
    let file = format!("{{\"a\":\"{}\"}}", "x".repeat(MAX_BYTES));
    assert!(Document::parse(file.as_bytes()).is_err());
}

#[test]
fn the_same_meaning_is_told_from_another() {
    let same = |a: &str, b: &str| parse(a).same_as(&parse(b));
    assert!(same(
        "{\"a\":1.0,\"b\":\"\\u0041\"}",
        "{ \"b\": \"A\", \"a\": 1 }"
    ));
    assert!(same(
        "{\"a\":1,\"a\":{\"x\":[1,2]}}",
        "{\"a\":{\"x\":[1, 2]}}"
    ));
    assert!(!same("{\"a\":1}", "{\"a\":1,\"b\":1}"));
    assert!(!same("{\"a\":[1,2]}", "{\"a\":[2,1]}"));
    assert!(same("{\"a\":1e400}", "{\"a\":1e400}"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parse_and_print_is_the_identity(file in settings_file()) {
        prop_assert_eq!(Document::parse(&file).unwrap().to_bytes(), file);
    }

    #[test]
    fn no_byte_of_another_member_changes(file in settings_file(), name in "[A-Z_]{1,8}", value in "\\PC{0,12}") {
        let before = Document::parse(&file).unwrap();
        let mut after = before.clone();
        after.set(&["env", &name], &json!(value)).unwrap();
        let reread = Document::parse(&after.to_bytes()).unwrap();
        prop_assert_eq!(reread.get(&["env", &name]), Some(json!(value)));
        let texts = |document: &Document, path: &[&str]| -> Vec<Vec<u8>> {
            let members = document.members_of(path).unwrap_or_default();
            members
                .iter()
                .filter(|member| member.name != "env" && member.name != name)
                .map(|member| document.bytes[member.key.start..member.value.end].to_vec())
                .collect()
        };
        prop_assert_eq!(texts(&before, &[]), texts(&reread, &[]));
        prop_assert_eq!(texts(&before, &["env"]), texts(&reread, &["env"]));
    }

    #[test]
    fn a_new_member_taken_out_again_leaves_the_same_bytes(file in settings_file()) {
        let mut document = Document::parse(&file).unwrap();
        prop_assume!(!document.names(&[]).is_empty());
        document.set(&["new"], &json!("v")).unwrap();
        document.remove(&["new"]);
        prop_assert_eq!(document.to_bytes(), file);
    }

    #[test]
    fn what_is_json_is_what_serde_json_says(file in settings_file(), at in any::<prop::sample::Index>(), put in "[{}\\[\\]:,\"/\\\\ 0-9a-z\n\u{b}\u{a0}-]{0,2}") {
        let Ok(text) = String::from_utf8(file) else { return Ok(()) };
        prop_assume!(!text.starts_with('\u{feff}'));
        let offsets: Vec<usize> = text.char_indices().map(|(offset, _)| offset).collect();
        prop_assume!(!offsets.is_empty());
        let mut text = text;
        text.replace_range(offsets[at.index(offsets.len())].., "");
        text.push_str(&put);
        let rest = text.clone();
        for candidate in [text, format!("{rest}}}"), format!("{rest}\"}}")] {
            // serde_json refuses lone surrogates and infinite numbers, which JSON.parse accepts.
            if candidate.contains("\\ud8") || candidate.contains("1e400") || candidate.trim_matches([' ', '\t', '\r', '\n']).is_empty() {
                continue;
            }
            let theirs = serde_json::from_str::<Value>(&candidate).is_ok_and(|value| value.is_object());
            prop_assert_eq!(Document::parse(candidate.as_bytes()).is_ok(), theirs, "{:?}", candidate);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused_without_a_panic(file in proptest::collection::vec(any::<u8>(), 0..40), text in "[{}\\[\\]:,\"'/*\\\\u0-9dea é.+-]{0,30}") {
        let _ = Document::parse(&file).map(|_| ());
        let _ = Document::parse(text.as_bytes()).map(|_| ());
    }
}
