use super::*;

/// Every section with what it holds, as `header: key=value, key={sub=value}`; a rejected file as `line N: cause`.
fn read(text: &str) -> Vec<String> {
    read_bytes(text.as_bytes())
}

fn read_bytes(bytes: &[u8]) -> Vec<String> {
    let document = match Document::parse(bytes) {
        Ok(document) => document,
        Err(malformed) => return vec![format!("line {}: {}", malformed.line, malformed.cause)],
    };
    let sections = document.sections.iter();
    sections
        .filter(|section| section.header != DEFAULT_SECTION)
        .map(|section| {
            let entries: Vec<String> = document
                .entries_of(section)
                .map(|entry| format!("{}={}", entry.key, show(&entry.value)))
                .collect();
            format!("{}: {}", section.header, entries.join(", "))
        })
        .collect()
}

fn show(value: &Value) -> String {
    match value {
        Value::Text(text) => text.replace('\n', "|"),
        Value::Nested(pairs) => {
            let pairs: Vec<String> = pairs.iter().map(|(k, v)| format!("{k}={v}")).collect();
            format!("{{{}}}", pairs.join(","))
        }
    }
}

fn check(cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        assert_eq!(read(text), *expected, "{text:?}");
    }
}

#[test]
fn a_header_goes_to_the_last_bracket() {
    check(&[
        ("[profile a]\nk=v\n", &["profile a: k=v"]),
        ("  [profile a]\n", &["profile a: "]),
        ("[ profile a ]\n", &[" profile a : "]),
        ("[profile a] # note\n", &["profile a: "]),
        ("[profile a]junk = 1\n", &["profile a: "]),
        ("[profile a] # see [b]\n", &["profile a] # see [b: "]),
        ("[]]\n", &["]: "]),
        ("\u{a0}[a]\u{1c}\n", &["a: "]),
        ("[a]\n[b = 1\n", &["a: [b=1"]),
    ]);
}

#[test]
fn an_entry_is_cut_at_the_first_delimiter() {
    check(&[
        ("[a]\nk = v\n", &["a: k=v"]),
        ("[a]\nk: v\n", &["a: k=v"]),
        ("[a]\na:b = c\n", &["a: a=b = c"]),
        ("[a]\nk = a=b:c\n", &["a: k=a=b:c"]),
        ("[a]\nRe Gion = X\n", &["a: re gion=X"]),
        ("[a]\n\u{130}k = v\n", &["a: i\u{307}k=v"]),
        ("[a]\nk =\n", &["a: k="]),
        ("[a]\nk = v # c ; d\n", &["a: k=v # c ; d"]),
        ("[a]\nk\u{a0}=\u{3000}v\u{85}\u{1f}\n", &["a: k=v"]),
        ("[a]\n\"k\" = \"%(v)s\" \\\n", &["a: \"k\"=\"%(v)s\" \\"]),
        ("[a]\nrem k = v\n", &["a: rem k=v"]),
    ]);
}

#[test]
fn lines_end_as_in_python() {
    check(&[
        ("[a]\r\nk=v\r\n", &["a: k=v"]),
        ("[a]\rk=v\r", &["a: k=v"]),
        ("[a]\nk=v\r\nj=w\rl=x", &["a: k=v, j=w, l=x"]),
        (
            "[a]\nk=v\u{2028}j=w\u{85}l\n",
            &["a: k=v\u{2028}j=w\u{85}l"],
        ),
        ("", &[]),
        (" \n\t\n# c\n", &[]),
    ]);
}

#[test]
fn a_deeper_line_continues_the_value() {
    check(&[
        ("[a]\nk = v\n  j = w\n", &["a: k=v|j = w"]),
        ("[a]\nk = v\n  [b]\n", &["a: k=v|[b]"]),
        ("[a]\n  k = v\n  j = w\n", &["a: k=v, j=w"]),
        ("[a]\n  k = v\n j = w\n", &["a: k=v, j=w"]),
        ("[a]\n\tk = v\n  j = w\n", &["a: k=v|j = w"]),
        ("[a]\n\u{a0}k = v\n\u{a0}j = w\n", &["a: k=v, j=w"]),
        ("  [a]\n    k = v\n", &["a: k=v"]),
        ("[a]\nk = v\n# c\n  ; d\n\n  w\n", &["a: k=v||w"]),
        ("[a]\nk = v\n\n\nj = w\n", &["a: k=v, j=w"]),
    ]);
}

#[test]
fn a_block_below_an_empty_value_is_nested() {
    check(&[
        (
            "[a]\ns3 =\n  Ab = 1\n      b = c = d\n",
            &["a: s3={Ab=1,b=c = d}"],
        ),
        (
            "[a]\ns3:\n\n  a = 1 # c\n  # c\n  a = 2\n",
            &["a: s3={a=2}"],
        ),
        ("[a]\ns3 =\n  = 1\n", &["a: s3={=1}"]),
        (
            "[a]\ns3 =\n  a = 1\u{b}b = 2\u{2029}c=\n",
            &["a: s3={a=1,b=2,c=}"],
        ),
        ("[a]\ns3 = x\n  a = 1\n", &["a: s3=x|a = 1"]),
        ("[a]\ns3 =\nj = 1\n", &["a: s3=, j=1"]),
        (
            "[a]\ns3 =\n  a: 1\n",
            &["line 3: the indented line below the key `s3` has no `=`"],
        ),
    ]);
}

#[test]
fn the_default_section_is_inherited() {
    check(&[
        (
            "[DEFAULT]\nx=1\n[a]\nk=v\n[b]\nx=2\n",
            &["a: k=v, x=1", "b: x=2"],
        ),
        ("[a]\n[DEFAULT]\nx=1\n[DEFAULT]\ny=2\n", &["a: x=1, y=2"]),
        (
            "[DEFAULT]\nx=1\n[DEFAULT]\nx=2\n",
            &["line 4: the key `x` is given twice in [DEFAULT] (first on line 2)"],
        ),
        ("[DEFAULT]\nx=\n  broken\n", &[]),
        ("[DEFAULT]\nx=\n  broken\n[a]\nx=1\n", &["a: x=1"]),
        (
            "[DEFAULT]\nx=\n  broken\n[a]\n",
            &["line 3: the indented line below the key `x` has no `=`"],
        ),
    ]);
}

#[test]
fn what_botocore_rejects_is_rejected_with_line_and_cause() {
    check(&[
        (
            "[profile dev]\n\nregion = a\n\nRegion: b\n",
            &["line 5: the key `region` is given twice in [profile dev] (first on line 3)"],
        ),
        (
            "[a]\nk=1\n[b]\n[a]\n",
            &["line 4: the section [a] is there twice (first on line 1)"],
        ),
        (
            "k=v\n[a]\n",
            &["line 1: something stands before the first section header"],
        ),
        (
            "\n  k=v\n",
            &["line 2: something stands before the first section header"],
        ),
        (
            "[a]\nk\n",
            &["line 2: the line is neither a header nor `key = value`"],
        ),
        (
            "[a]\n  k\n",
            &["line 2: the line is neither a header nor `key = value`"],
        ),
        (
            "[a]\n= v\n",
            &["line 2: there is no key before the delimiter"],
        ),
        ("[a]\n[]\n", &["line 2: the header `[]` is empty"]),
        ("[a]\r[b\r", &["line 2: the header has no closing `]`"]),
        (
            "\u{feff}# c\n",
            &["line 1: the file starts with a byte order mark"],
        ),
        (
            "[a]\n<<<<<<< HEAD\n",
            &["line 2: a merge conflict was left there"],
        ),
    ]);
    assert_eq!(
        read_bytes(b"[a]\nk=\xe9\n"),
        ["line 2: a byte there is not UTF-8 text"]
    );
    assert_eq!(
        read_bytes(b"[a]\n\xff"),
        ["line 2: a byte there is not UTF-8 text"]
    );
    assert_eq!(
        read_bytes(b"\xff\xfe[\0"),
        ["line 1: the file is UTF-16 text"]
    );
}

#[test]
fn a_cause_never_quotes_what_may_be_a_secret() {
    let text = "[a]\nwJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY=1\nwJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY=2\n";
    assert_eq!(
        read(text),
        ["line 3: a key is given twice in [a] (first on line 2)"]
    );
    let secret = "aws_secret_access_key wJalrXUtnFEMI";
    assert_eq!(
        read(&format!("[a]\n{secret}\n")),
        ["line 2: the line is neither a header nor `key = value`"]
    );
}

#[test]
fn ranges_cover_whole_lines() {
    let text =
        "# top\r\n  [a] # c\r\n  k = v\r\n\r\n    # c\r\n    w\r\n\r\n\tj:x\r\n[b]\r\n# c\r\nl=";
    let document = Document::parse(text.as_bytes()).unwrap();
    let [a, b] = document.sections.as_slice() else {
        panic!("two sections")
    };
    assert_eq!(&text[a.header_range.clone()], "  [a] # c\r\n");
    let ranges: Vec<_> = a
        .entries
        .iter()
        .map(|entry| (entry.line, entry.indent, &text[entry.range.clone()]))
        .collect();
    assert_eq!(
        ranges,
        [
            (3, "  ", "  k = v\r\n\r\n    # c\r\n    w\r\n"),
            (8, "\t", "\tj:x\r\n"),
        ]
    );
    assert_eq!(&text[a.end()..], "[b]\r\n# c\r\nl=");
    assert_eq!((b.line, &text[b.header_range.clone()]), (9, "[b]\r\n"));
    assert_eq!(&text[b.entries[0].range.clone()], "l=");
    assert_eq!(b.end(), text.len());
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_or_rejected(bytes in proptest::collection::vec(
        proptest::sample::select(b"[]=:#; \t\r\nak\xc2\x85\xff".as_slice()), 0..60,
    )) {
        if let Ok(document) = Document::parse(&bytes) {
            let mut last = 0;
            for section in &document.sections {
                proptest::prop_assert!(section.header_range.start >= last);
                last = section.header_range.end;
                for entry in &section.entries {
                    proptest::prop_assert!(entry.range.start >= last && entry.range.end <= bytes.len());
                    last = entry.range.end;
                }
            }
        }
    }
}
