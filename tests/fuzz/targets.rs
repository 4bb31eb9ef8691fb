//! What must hold whatever comes in: one function a fuzz target. `tests/fuzz_corpus.rs` replays `fixtures/fuzz/TARGET/`
//! through them on every `cargo test`; `run.sh` searches for inputs that break one.

use std::ffi::OsString;
use std::ops::Range;
use std::path::{Path, PathBuf};

use claude_bedrock::aws::cache_json::CacheFile;
use claude_bedrock::aws::claude_view::ClaudeView;
use claude_bedrock::aws::cli::Version;
use claude_bedrock::aws::config_edit::{Change, NewProfile, Upgrade, plan_add, plan_upgrade};
use claude_bedrock::aws::failure::{Context, classify};
use claude_bedrock::aws::identity;
use claude_bedrock::aws::listing::{self, parse_kept};
use claude_bedrock::aws::profiles::{AwsFile, AwsFiles, Profile, Value as AwsValue};
use claude_bedrock::aws::role_cache::{self, AssumeRole, LoginState, judge_login, usable_until};
use claude_bedrock::aws::sso::{State, TokenKey, judge};
use claude_bedrock::claude::models::{
    ListedModel, ModelId, exact, fits_region, names_bedrock_model, newest_first, pins, recommended,
    resolve,
};
use claude_bedrock::claude::plugin::Record;
use claude_bedrock::claude::settings::{
    Layer, Scope, Source, Stack, State as Settings, parse_settings,
};
use claude_bedrock::cli::{Parsed, parse};
use claude_bedrock::env::Env;
use claude_bedrock::error::{Code, Error};
use claude_bedrock::ini::{self, Value as IniValue};
use claude_bedrock::json_edit::Document;
use serde_json::{Value, json};

/// A target: it panics when something does not hold.
pub type Target = fn(&[u8]);

/// Every target by the name of its folder in `fixtures/fuzz/`.
pub const TARGETS: &[(&str, Target)] = &[
    ("arguments", arguments),
    ("aws_answers", aws_answers),
    ("aws_stderr", aws_stderr),
    ("config_edit", config_edit),
    ("ini", ini),
    ("json_edit", json_edit),
    ("listing", listing),
    ("model_id", model_id),
    ("plugin_record", plugin_record),
    ("role_cache", role_cache),
    ("settings_stack", settings_stack),
    ("sso_token", sso_token),
];

/// 2026-11-22T12:00:00Z.
const NOW: i64 = 1_795_348_800;

/// What an error says is for a person: one line that ends.
const MOST_TEXT: usize = 16_000;

/// The first byte as a choice, and the rest.
fn choice(data: &[u8]) -> (usize, &[u8]) {
    data.split_first()
        .map_or((0, data), |(first, rest)| (usize::from(*first), rest))
}

/// A failure as the user gets it: a sentence, a step, and no end of neither.
fn check_error(error: &Error) {
    let step = error.suggestion.as_deref();
    assert_ne!(error.code, Code::Internal, "{error}");
    assert!(!error.message.is_empty(), "no sentence");
    assert!(step.is_some_and(|step| !step.is_empty()), "{error}");
    let length = error.json().to_string().len();
    assert!(length < 4 * MOST_TEXT, "{length} bytes");
}

/// AWS INI text: no byte is lost, the ranges are whole lines, and what they hold reads the same by itself.
pub fn ini(data: &[u8]) {
    ClaudeView::parse(Some(data), Some(data));
    let document = match ini::Document::parse(data) {
        Ok(document) => document,
        Err(why) => {
            let lines = data.iter().filter(|byte| b"\r\n".contains(byte)).count() + 1;
            assert!((1..=lines).contains(&why.line), "line {}", why.line);
            assert!(why.cause.len() < data.len() + 200 && why.remedy.len() < 200);
            return;
        }
    };
    let (mut end, mut line) = (0, 1);
    let mut kept = Vec::new();
    for section in &document.sections {
        check_line(
            data,
            (&mut end, &mut line),
            &section.header_range,
            section.line,
        );
        let header = text(data, &section.header_range);
        assert!(header.contains(section.header), "{header:?}");
        kept.extend_from_slice(header.as_bytes());
        for entry in &section.entries {
            check_line(data, (&mut end, &mut line), &entry.range, entry.line);
            let lines = text(data, &entry.range);
            assert!(lines.starts_with(entry.indent), "{lines:?}");
            assert!(
                lines.to_lowercase().contains(entry.key.as_ref()),
                "{lines:?}"
            );
            assert!(!entry.key.is_empty());
            match &entry.value {
                IniValue::Text(value) => {
                    assert!(
                        value.split('\n').all(|line| lines.contains(line)),
                        "{lines:?}"
                    );
                }
                IniValue::Nested(pairs) => {
                    let there = |part: &str| lines.contains(part);
                    assert!(pairs.iter().all(|(key, value)| there(key) && there(value)));
                }
            }
            kept.extend_from_slice(lines.as_bytes());
        }
        assert!(section.end() <= end);
    }
    check_between(data, end..data.len());
    let again = ini::Document::parse(&kept).unwrap_or_else(|why| panic!("{}", why.cause));
    assert!(shape(&again) == shape(&document), "comments change nothing");
}

/// A range starts a line, ends one, comes after the one before it, and leaves nothing but blank and comment lines between.
fn check_line(data: &[u8], so_far: (&mut usize, &mut usize), range: &Range<usize>, line: usize) {
    let (end, lines) = so_far;
    assert!(*end <= range.start && range.start < range.end && range.end <= data.len());
    check_between(data, *end..range.start);
    let starts_line = |at: usize| at == 0 || at == data.len() || ends_line(data, at);
    assert!(
        starts_line(range.start) && starts_line(range.end),
        "{range:?}"
    );
    *lines += (*end + 1..=range.start)
        .filter(|at| ends_line(data, *at))
        .count();
    assert_eq!(*lines, line);
    *lines += (range.start + 1..=range.end)
        .filter(|at| ends_line(data, *at))
        .count();
    *end = range.end;
}

/// Whether a line ends just before `at`.
fn ends_line(data: &[u8], at: usize) -> bool {
    match data[at - 1] {
        b'\n' => true,
        b'\r' => data.get(at) != Some(&b'\n'),
        _ => false,
    }
}

/// What no section and no entry holds is blank or a comment.
fn check_between(data: &[u8], range: Range<usize>) {
    let space = |c: char| c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}');
    for line in text(data, &range).split(['\n', '\r']) {
        let line = line.trim_matches(space);
        assert!(
            line.is_empty() || line.starts_with(['#', ';']),
            "lost: {line:?}"
        );
    }
}

fn text<'d>(data: &'d [u8], range: &Range<usize>) -> &'d str {
    std::str::from_utf8(&data[range.clone()]).expect("a file that is read is UTF-8")
}

/// All that a document says, places aside.
fn shape(document: &ini::Document<'_>) -> Vec<(String, Vec<(String, String)>)> {
    let value = |value: &IniValue<'_>| match value {
        IniValue::Text(text) => format!("text {text:?}"),
        IniValue::Nested(pairs) => format!("pairs {pairs:?}"),
    };
    let sections = document.sections.iter().map(|section| {
        let entries = section.entries.iter();
        let entries = entries.map(|entry| (entry.key.to_string(), value(&entry.value)));
        (section.header.to_owned(), entries.collect())
    });
    sections.collect()
}

/// Edits of `~/.aws/config`: what was there says the same afterwards, what was asked for is there, and once more changes
/// nothing.
pub fn config_edit(data: &[u8]) {
    let (pick, data) = choice(data);
    let file = |name: &str, bytes: Option<&[u8]>| AwsFile {
        path: PathBuf::from(name),
        bytes: bytes.map(<[u8]>::to_vec),
    };
    let none = || file("credentials", None);
    let before = AwsFiles::parse(file("config", Some(data)), none());
    let add = NewProfile {
        session: "corp".to_owned(),
        start_url: Some("https://corp.awsapps.com/start".to_owned()),
        sso_region: Some("us-east-1".to_owned()),
        profile: (pick & 1 == 1).then(|| "dev".to_owned()),
        account: (pick & 1 == 1).then(|| "111122223333".to_owned()),
        role: (pick & 1 == 1).then(|| "Developer".to_owned()),
        region: (pick & 3 == 3).then(|| "eu-west-1".to_owned()),
        ..NewProfile::default()
    };
    let session = Upgrade {
        session: Some("corp".to_owned()),
        ..Upgrade::default()
    };
    let profile = Upgrade {
        profile: Some("dev".to_owned()),
        all: pick & 8 == 8,
        ..Upgrade::default()
    };
    let plan = |bytes: &[u8]| match pick & 4 {
        0 => plan_add(file("config", Some(bytes)), none(), &add),
        _ if pick & 1 == 1 => plan_upgrade(file("config", Some(bytes)), none(), &profile),
        _ => plan_upgrade(file("config", Some(bytes)), none(), &session),
    };
    let edit = match (before, plan(data)) {
        (Err(why), Err(refused)) => {
            assert_eq!(why.code, Code::AwsConfigInvalid);
            assert_eq!(refused.code, Code::AwsConfigInvalid);
            return check_error(&refused);
        }
        (Err(why), Ok(_)) => panic!("a file is edited that is rejected: {why}"),
        (Ok(_), Err(refused)) => return check_error(&refused),
        (Ok(before), Ok(edit)) => {
            let after = AwsFiles::parse(file("config", Some(&edit.bytes)), none());
            let after = after.unwrap_or_else(|why| panic!("the edit is rejected: {why}"));
            for profile in &before.profiles {
                let now = after.find_profile(&profile.name).expect("a profile stays");
                check_same_profile(profile, now, &edit.changes);
            }
            edit
        }
    };
    assert_eq!(edit.changes.is_empty(), edit.bytes == data);
    let again = plan(&edit.bytes).unwrap_or_else(|why| panic!("not twice: {why}"));
    assert!(again.bytes == edit.bytes, "twice is not once");
}

fn check_same_profile(before: &Profile, after: &Profile, changes: &[Change]) {
    let is_changed = |key: &str| changes.iter().any(|change| change.key == key);
    let (Some(before), Some(after)) = (&before.config, &after.config) else {
        panic!("a profile of the config stays there");
    };
    for entry in before.entries() {
        let now = after.entries().iter().find(|now| now.key == entry.key);
        let same = now.is_some_and(|now| match (&entry.value, &now.value) {
            (AwsValue::Text(a), AwsValue::Text(b)) => a == b,
            (AwsValue::Nested(a), AwsValue::Nested(b)) => a == b,
            (AwsValue::Secret, AwsValue::Secret) => true,
            _ => false,
        });
        assert!(same || is_changed(&entry.key), "`{}` changed", entry.key);
    }
}

/// Settings: what is read is written back byte for byte; a member put in is there, taken out is gone, and nothing else
/// changes.
pub fn json_edit(data: &[u8]) {
    let (pick, file) = choice(data);
    let document = match Document::parse(file) {
        Ok(document) => document,
        Err(problem) => {
            assert!(problem.message.len() < MOST_TEXT && !problem.message.is_empty());
            let plain = serde_json::from_slice::<Value>(file);
            assert!(!plain.is_ok_and(|it| it.is_object()), "{}", problem.message);
            return;
        }
    };
    assert!(document.to_bytes() == file, "reading changes nothing");
    assert!(document.same_as(&document));
    let paths: [&[&str]; 6] = [
        &["env", "AWS_REGION"],
        &["model"],
        &["env"],
        &["awsAuthRefresh"],
        &["env", ""],
        &["a\"\\\u{1}é"],
    ];
    let values = [
        json!("eu-west-1"),
        json!({"a": [1, {"b": null}]}),
        json!("q\"\\\n\u{7f}\u{2028}😀"),
        json!(8192),
        json!({}),
        json!(true),
    ];
    let (path, value) = (paths[pick % 6], &values[pick / 6 % 6]);
    let mut edited = document.clone();
    if edited.set(path, value).is_ok() {
        assert!(
            edited.get(path).as_ref() == Some(value),
            "what was put is there"
        );
        check_rest(&document, &edited, path);
        assert_eq!(
            document.get(path).as_ref() == Some(value),
            edited.to_bytes() == file
        );
        let once = edited.to_bytes();
        edited.set(path, value).expect("what was set can be set");
        assert!(edited.to_bytes() == once, "twice is once");
        let mut copied = document.clone();
        copied
            .copy(path, &edited)
            .expect("what was set can be copied");
        assert!(copied.same_at(path, &edited), "the copy is the same");
        check_rest(&document, &copied, path);
    } else {
        assert!(path.len() == 2 && document.kind(&path[..1]).is_some());
        assert!(edited.to_bytes() == file, "a refused edit changes nothing");
    }
    let mut emptied = edited.clone();
    assert_eq!(emptied.remove(path), edited.kind(path).is_some());
    assert!(emptied.kind(path).is_none(), "what was taken out is gone");
    check_rest(&edited, &emptied, path);
}

/// All but `path` is as it was: in memory, and read anew from the bytes.
fn check_rest(before: &Document, after: &Document, path: &[&str]) {
    let bytes = after.to_bytes();
    let again = Document::parse(&bytes).unwrap_or_else(|why| panic!("{}", why.message));
    assert!(again.to_bytes() == bytes && again.kind(path) == after.kind(path));
    for after in [after, &again] {
        let others = |document: &Document, parent: &[&str], but: &str| {
            let mut names = document.names(parent);
            names.retain(|name| name != but);
            names
        };
        for depth in 1..=path.len() {
            let (parent, but) = (&path[..depth - 1], path[depth - 1]);
            let names = others(before, parent, but);
            assert!(
                others(after, parent, but) == names,
                "another member came, went or moved"
            );
            // Each lookup reads the whole file: a few of many say enough.
            for name in names.iter().take(8) {
                let place = [parent, &[name.as_str()]].concat();
                assert!(before.same_at(&place, after), "{place:?} changed");
                assert_eq!(before.repeats(&place), after.repeats(&place));
            }
        }
    }
}

/// SSO token files: a verdict that agrees with the clock, and nothing of the file's text in it.
pub fn sso_token(data: &[u8]) {
    let file = CacheFile::parse(data);
    check_cache(&file, data);
    let name = String::from_utf8_lossy(data);
    for key in [TokenKey::Session(&name), TokenKey::StartUrl(&name)] {
        check_name(&key.path(Path::new("/home")));
        let states = [NOW - 40_000_000_000, NOW, NOW + 400_000_000_000].map(|now| {
            let token = judge(&file, key, now);
            let (expires, renewable) = (token.expires, token.renewable_until);
            match &token.state {
                State::Valid => assert!(expires.is_some_and(|end| end > now)),
                State::Refreshable => assert!(renewable.is_some_and(|end| end > now)),
                State::Expired => assert!(expires.is_some_and(|end| end <= now)),
                State::Missing => panic!("there is a file"),
                State::Invalid(why) => assert!(!why.is_empty() && why.len() < 100),
            }
            if matches!(key, TokenKey::StartUrl(_)) {
                assert!(
                    renewable.is_none(),
                    "a token of a start URL is never renewed"
                );
            }
            token.state
        });
        assert!(states[2] != State::Valid && states[2] != State::Refreshable);
    }
}

/// Role credentials and `aws login` sessions: as [`sso_token`].
pub fn role_cache(data: &[u8]) {
    let file = CacheFile::parse(data);
    check_cache(&file, data);
    for now in [0, NOW, NOW + 400_000_000_000] {
        if let Some(end) = usable_until(&file, now) {
            assert!(end - now >= role_cache::USABLE_WINDOW);
        }
        match judge_login(&file, now) {
            LoginState::Valid(end) => assert!(end > now),
            LoginState::Refreshable(end) | LoginState::Expired(end) => assert!(end <= now),
            LoginState::Missing => panic!("there is a file"),
            LoginState::Invalid(why) => assert!(!why.is_empty() && why.len() < 100),
        }
    }
    let name = String::from_utf8_lossy(data);
    let role = AssumeRole {
        role_arn: &name,
        session_name: Some(&name),
        duration: Some(&name),
        ..AssumeRole::default()
    };
    check_name(Path::new(&role.file_name()));
    let sso = role_cache::sso_file_name(&name, "Developer", TokenKey::Session(&name));
    check_name(Path::new(&sso));
}

/// What is kept of a cache file has no text of its values, whatever they are and however deep they stand.
fn check_cache(file: &CacheFile, data: &[u8]) {
    match file {
        CacheFile::Absent => panic!("there is a file"),
        CacheFile::Unusable(why) => assert!(why.len() < 100),
        CacheFile::Json(_) => {
            let json: Value = serde_json::from_slice(data).unwrap_or_default();
            let (mut names, mut secrets) = (String::new(), Vec::new());
            collect_secrets(&json, &mut names, &mut secrets);
            let kept = format!("{file:?}");
            for secret in secrets {
                // Names are kept, and dates as numbers.
                let told = names.contains(secret) || secret.bytes().all(|b| b.is_ascii_digit());
                let spelt = format!("{secret:?}");
                let leaked = kept.contains(&spelt[1..spelt.len() - 1]);
                assert!(secret.len() <= 12 || told || !leaked, "a secret is kept");
            }
        }
    }
}

/// The members that hold secrets in files of the AWS tools (botocore's `SSOTokenFetcher` and `JSONFileCache`).
const SECRETS: [&str; 7] = [
    "accessToken",
    "refreshToken",
    "clientSecret",
    "idToken",
    "SecretAccessKey",
    "secretAccessKey",
    "SessionToken",
];

/// Every secret below a value, and the names of all members, one a line.
fn collect_secrets<'v>(value: &'v Value, names: &mut String, secrets: &mut Vec<&'v str>) {
    match value {
        Value::Array(items) => items
            .iter()
            .for_each(|it| collect_secrets(it, names, secrets)),
        Value::Object(members) => {
            for (name, value) in members {
                names.push_str(name);
                names.push('\n');
                secrets.extend(value.as_str().filter(|_| SECRETS.contains(&name.as_str())));
                collect_secrets(value, names, secrets);
            }
        }
        _ => {}
    }
}

/// A digest and `.json`: nothing of a name that a folder could be.
fn check_name(path: &Path) {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let digest = name.strip_suffix(".json").expect("a JSON file");
    assert!(digest.len() == 40 && digest.bytes().all(|b| b.is_ascii_hexdigit()));
}

/// What `aws bedrock list-inference-profiles` printed: profiles with ids, which come back from a kept file, or one code;
/// then every question that is asked of a listing.
pub fn listing(data: &[u8]) {
    parse_kept(data, "us-west-2", "");
    let profiles = match listing::parse(data) {
        Ok(parsed) => parsed.profiles,
        Err(error) => {
            // The step names profile and region, which whoever asked knows.
            assert_eq!(error.code, Code::AwsCliOutputInvalid);
            assert!((1..MOST_TEXT).contains(&error.message.len()), "{error}");
            return;
        }
    };
    assert!(profiles.len() <= data.len() / 2 && profiles.iter().all(|it| !it.id.is_empty()));
    let kept = json!({
        "fetchedAt": "2026-11-22T12:00:00+00:00", "region": "us-west-2", "profiles": profiles,
    });
    let kept = parse_kept(kept.to_string().as_bytes(), "us-west-2", "").expect("a kept listing");
    assert!(kept.profiles == profiles && kept.fetched_at == NOW);

    let mut models: Vec<ListedModel> = profiles
        .into_iter()
        .map(|it| ListedModel {
            application: it.kind == listing::Kind::Application,
            id: it.id,
            name: it.name,
            arn: it.arn,
            model_id: it.model_id,
        })
        .collect();
    newest_first(&mut models);
    let best = recommended(&models, &["us", "global"]);
    assert!(best.is_none_or(|best| !best.application && best.parsed().is_some()));
    assert!(pins(&models, "us").len() <= 4);
    for wish in ["opus", "sonnet 4.5", "eu.opus[1m]", "claude-opus-4-5"] {
        check_resolved(
            resolve(wish, &models, &["us", "global"]).map(|it| it.id),
            &models,
        );
    }
}

/// A resolved model is one of those listed, or an error that says what there is.
fn check_resolved(resolved: Result<String, Error>, models: &[ListedModel]) {
    match resolved {
        Ok(id) => {
            let plain = id.strip_suffix("[1m]").unwrap_or(&id);
            // An id that is itself written with the suffix stands as it is.
            let listed = |it: &ListedModel| {
                [plain, id.as_str()].contains(&it.invoked_as()) || it.arn.as_deref() == Some(plain)
            };
            assert!(models.iter().any(listed), "{id} is not listed");
        }
        Err(error) => {
            let codes = [
                Code::ModelNotFound,
                Code::ModelAmbiguous,
                Code::ModelInvalid,
            ];
            assert!(codes.contains(&error.code), "{error}");
        }
    }
}

/// What `aws` wrote to stderr: a code, a sentence of one line and a step, however long and strange the text.
pub fn aws_stderr(data: &[u8]) {
    let (pick, data) = choice(data);
    let stderr = String::from_utf8_lossy(data);
    let operations = [
        "bedrock list-inference-profiles",
        "sts get-caller-identity",
        "sso login",
        "--version",
    ];
    let context = Context {
        operation: operations[pick & 3],
        profile: (pick & 4 == 4).then_some("my dev"),
        region: (pick & 8 == 8).then_some("me-south-1"),
        login_command: (pick & 16 == 16).then_some("aws sso login --profile base"),
    };
    let exit = [Some(255), Some(1), Some(127), None][pick >> 5 & 3];
    let error = classify(&context, exit, &stderr);
    check_error(&error);
    assert_ne!(error.code, Code::Usage);
    let control = |text: &str| text.chars().any(char::is_control);
    assert!(!control(&error.message), "{:?}", error.message);
    assert!(
        error.message.len() < MOST_TEXT,
        "{} bytes",
        error.message.len()
    );
}

/// What `aws` wrote to stdout when it was asked who the caller is, and for its version: what it said, or one code.
pub fn aws_answers(data: &[u8]) {
    let json: Value = serde_json::from_slice(data).unwrap_or_default();
    match identity::parse(data) {
        Ok(found) => {
            let said = |name| json.get(name).and_then(Value::as_str);
            assert_eq!(Some(found.arn.as_str()), said("Arn"));
            assert_eq!(found.account.as_deref(), said("Account"));
            assert_eq!(found.user_id.as_deref(), said("UserId"));
        }
        Err(error) => {
            assert_eq!(error.code, Code::AwsCliOutputInvalid);
            assert!((1..200).contains(&error.message.len()), "{error}");
        }
    }
    let Some(version) = Version::parse(&String::from_utf8_lossy(data)) else {
        return;
    };
    assert_eq!(
        Version::parse(&format!("aws-cli/{version} Python/3")),
        Some(version)
    );
    match version.problem() {
        Some(error) => check_error(&error),
        None => assert!(version.major >= 2, "{version}"),
    }
}

/// The plugin's record: what is read is written and read again as the same.
pub fn plugin_record(data: &[u8]) {
    if let Some(record) = Record::parse(data) {
        let written = serde_json::to_vec(&record).expect("a record is JSON");
        assert!(
            Record::parse(&written) == Some(record),
            "it reads otherwise"
        );
    }
}

/// Settings files, the strongest first, with a NUL between two: each is read or dropped with its reason, the strongest
/// that says something wins, and all the others that do are told.
pub fn settings_stack(data: &[u8]) {
    let here = Env::read(Some(Path::new("."))).expect("a working folder");
    let mut stack = Stack::load_trusted(&here, PathBuf::from("none"));
    let scopes = [
        Scope::Managed,
        Scope::Managed,
        Scope::Local,
        Scope::Project,
        Scope::User,
    ];
    let files: Vec<&[u8]> = data.split(|byte| *byte == 0).take(scopes.len()).collect();
    let layer = |(number, (scope, file)): (usize, (&Scope, &&[u8]))| {
        let path = PathBuf::from(number.to_string());
        let state = parse_settings(file, &path).map_or_else(Settings::Dropped, Settings::Read);
        Layer {
            scope: *scope,
            path,
            state,
        }
    };
    stack.layers = scopes.iter().zip(&files).enumerate().map(layer).collect();
    for (layer, error) in stack.dropped() {
        assert_eq!(error.code, Code::SettingsInvalid);
        assert!(error.at.as_ref().is_some_and(|at| at.path == layer.path));
        check_error(error);
    }
    for name in ["CLAUDE_CODE_USE_BEDROCK", "AWS_PROFILE", "AWS_REGION"] {
        let said: Vec<(String, Value)> = stack
            .documents()
            .filter_map(|(layer, document)| {
                Some((
                    layer.path.display().to_string(),
                    document.get(&["env", name])?,
                ))
            })
            .collect();
        let Some(found) = stack.effective_env(name) else {
            assert!(said.is_empty(), "{name} is passed over");
            continue;
        };
        let told: Vec<(&Source, &String)> = found.every().collect();
        assert_eq!(told.len(), said.len());
        for ((source, text), (path, value)) in told.into_iter().zip(said) {
            assert!(source.is(Path::new(&path)), "another order");
            assert!(value.as_str().is_none_or(|value| value == text));
        }
    }
    let on = stack.is_on("CLAUDE_CODE_USE_BEDROCK");
    assert_eq!(stack.current_config().is_some(), on);
    for file in files {
        let plain = serde_json::from_slice::<Value>(file);
        let dropped = parse_settings(file, Path::new("")).is_err();
        let typed = plain.is_ok_and(|it| it.get("env").is_some_and(|env| !env.is_object()));
        assert!(dropped || !typed, "Claude Code drops it");
    }
}

/// Model ids: what is read is printed as it was typed and read again as the same.
pub fn model_id(data: &[u8]) {
    let Ok(typed) = std::str::from_utf8(data) else {
        return;
    };
    let listed = [
        "us.anthropic.claude-opus-4-5-20251101-v1:0",
        "eu.anthropic.claude-sonnet-4-6",
    ];
    let listed = listed.map(|id| ListedModel {
        id: id.to_owned(),
        ..ListedModel::default()
    });
    let _ = resolve(typed, &listed, &["us", "global"]).map_err(|error| {
        assert_ne!(error.code, Code::Internal);
    });
    fits_region(typed, "us-west-2");
    let Some(id) = ModelId::parse(typed) else {
        let refused = exact(typed);
        assert!(refused.is_err() || refused.is_ok_and(|it| it.is_none()));
        return;
    };
    let printed = format!("{}{}", id.text, if id.one_m { "[1m]" } else { "" });
    assert!(
        printed.eq_ignore_ascii_case(typed.trim()) || id.one_m,
        "{typed:?} became {printed:?}"
    );
    assert!(
        ModelId::parse(&printed) == Some(id),
        "{printed:?} reads otherwise"
    );
    assert!(typed.contains(id.text) && id.text.contains(id.bare()));
    let front = id.geography.unwrap_or_default();
    assert!(id.bare().starts_with(front) && id.text.contains(id.family.word()));
    assert!(id.text.contains(id.variant) && id.same_release(&id));
    assert!(id.to_string().len() <= typed.len() + 20);
    assert!(
        names_bedrock_model(typed),
        "{typed:?} is a model on Bedrock to one and not to the other"
    );
    match exact(typed) {
        Ok(found) => {
            let found = found.expect("what is read needs no listing").id;
            assert!(
                found == printed || found == id.text,
                "{typed:?} is written as {found:?}"
            );
        }
        Err(error) => assert_eq!(error.code, Code::ModelInvalid),
    }
}

/// The command line, one argument a line: a command, a text that was asked for, or one sentence with a step.
pub fn arguments(data: &[u8]) {
    let (pick, data) = choice(data);
    let words = data.split(|byte| *byte == b'\n').map(os_string);
    let args: Vec<OsString> = std::iter::once(OsString::from("claude-bedrock"))
        .chain(words)
        .collect();
    match parse(&args, pick & 1 == 1, 80) {
        Parsed::Run(_) => {}
        Parsed::Text(text) => {
            assert!(
                !text.is_empty() && text.len() < 20_000,
                "{} bytes",
                text.len()
            );
        }
        Parsed::Wrong { error, json } => {
            assert_eq!(error.code, Code::Usage);
            assert!(
                !error.message.is_empty() && !error.message.contains('\n') || data.contains(&b'\r')
            );
            assert!(error.message.len() < 3 * data.len() + 400, "{error}");
            assert!(
                error
                    .suggestion
                    .as_ref()
                    .is_some_and(|step| !step.is_empty())
            );
            assert!(json || !args.iter().any(|arg| arg == "--json"));
        }
    }
}

#[cfg(unix)]
fn os_string(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).to_owned()
}

#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}
