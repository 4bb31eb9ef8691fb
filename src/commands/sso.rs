//! `sso`: writes SSO profiles and sessions into `~/.aws/config`, and takes that back.

use serde::Serialize;

use crate::aws::config_edit::{
    Change, Edit, NewProfile, Upgrade, find_set_aside, plan_add, plan_kept, plan_undo,
    plan_upgrade, without_other_values,
};
use crate::aws::profiles::{AwsFile, AwsFiles};
use crate::commands::usage::{Flag, Takes, Usage, arguments};
use crate::commands::{Context, login};
use crate::diff;
use crate::error::{Code, Error, Result};
use crate::file;
use crate::report::{Look, Report, Tint, Warning, document, escape, escape_line};
use crate::shell::option;

/// What stands below `sso`.
pub(crate) const USAGE: Usage = Usage {
    name: "sso",
    help: " Set SSO up in ~/.aws/config: add profiles, make sessions renew themselves

 Changes what it names and not one other byte. The file from before is kept beside it, and `sso undo` gives it back.",
    flags: &[],
    below: &[&Add::USAGE, &UpgradeArgs::USAGE, &Undo::USAGE],
    run: None,
    hidden: false,
};

arguments! {
    /// Add an sso-session, and a profile that uses it
    ///
    /// A session that is there already is used as it is. Run it again with other --profile, --account and --role for each
    /// account you work in.
    ///
    /// Example:
    ///   claude-bedrock sso add --session corp --sso-region us-east-1 \
    ///     --start-url https://corp.awsapps.com/start \
    ///     --profile dev --account 111122223333 --role Developer --region us-west-2
    struct Add = "add" {
        /// Name of the sso-session
        session: String = Flag::option("session", Takes::Required("NAME"));

        /// Start URL of the access portal, for a new session
        start_url: Option<String> = Flag::option("start-url", Takes::Text("URL"));

        /// Region of IAM Identity Center, for a new session
        sso_region: Option<String> = Flag::option("sso-region", Takes::Text("REGION"));

        /// Scopes, comma-separated, instead of sso:account:access
        scopes: Option<String> = Flag::option("scopes", Takes::Text("LIST"));

        /// Name of the profile to add
        profile: Option<String> = Flag::option("profile", Takes::Text("NAME"));

        /// Account of the profile
        account: Option<String> = Flag::option("account", Takes::Text("ID"));

        /// Permission set of the profile
        role: Option<String> = Flag::option("role", Takes::Text("NAME"));

        /// Region of the profile
        region: Option<String> = Flag::option("region", Takes::Text("REGION"));

        /// Show what would change as a unified diff and write nothing
        dry_run: bool = Flag::switch("dry-run");
    }
}

arguments! {
    /// Give a session the scope that lets it renew itself, or a legacy SSO profile a session
    ///
    /// Without --profile and --session it is the configured profile. A new login is needed afterwards.
    struct UpgradeArgs = "upgrade" {
        /// Profile to upgrade
        profile: Option<String> = Flag::option("profile", Takes::Text("NAME"));

        /// Session to upgrade; with a legacy --profile, the session to make or use
        session: Option<String> = Flag::option("session", Takes::Text("NAME"));

        /// Also every other legacy profile of the same portal
        all: bool = Flag::switch("all");

        /// Show what would change as a unified diff and write nothing
        dry_run: bool = Flag::switch("dry-run");
    }
}

arguments! {
    /// Give back the file from before `sso add` and `sso upgrade`
    ///
    /// Only as long as nothing else has changed it.
    struct Undo = "undo" {
        /// Show what would change as a unified diff and write nothing
        dry_run: bool = Flag::switch("dry-run");
    }
}

/// What an undo does.
const PUT_BACK: &str = "Put back";

/// The `data` of all three.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SsoEdited {
    config_path: String,
    changed: bool,
    changes: Vec<Change>,
    backup: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<String>,
    next_step: Option<String>,
    warnings: Vec<Warning>,
    #[serde(skip)]
    shown_path: String,
    /// What was done, in a word.
    #[serde(skip)]
    done: &'static str,
}

impl Add {
    fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>> {
        let wish = NewProfile {
            session: self.session.clone(),
            start_url: self.start_url.clone(),
            sso_region: self.sso_region.clone(),
            scopes: self.scopes.clone(),
            profile: self.profile.clone(),
            account: self.account.clone(),
            role: self.role.clone(),
            region: self.region.clone(),
        };
        edit(context, self.dry_run, &mut |config, credentials| {
            plan_add(config, credentials, &wish)
        })
    }
}

impl UpgradeArgs {
    fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>> {
        let mut wish = Upgrade {
            session: self.session.clone(),
            profile: self.profile.clone(),
            all: self.all,
        };
        if wish.session.is_none() && wish.profile.is_none() {
            wish.profile = Some(login::choose_profile(
                context,
                &AwsFiles::load(context.env)?,
                login::Purpose::Upgrade,
            )?);
        }
        edit(context, self.dry_run, &mut |config, credentials| {
            plan_upgrade(config, credentials, &wish)
        })
    }
}

impl Undo {
    fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>> {
        let files = AwsFiles::load(context.env)?;
        let mut edited = commit(context, &files, self.dry_run, &mut |seen, _| {
            let before = plan_undo(seen.current, seen.kept, &files.config.path)?;
            Ok((before, file::Kept::Discard))
        })?;
        edited.done = PUT_BACK;
        Ok(Box::new(edited))
    }
}

/// One edit of the config file. The setup wizard comes through here too.
///
/// # Errors
/// Those of the plan and of [`file::edit`].
pub(super) fn edit(
    context: &Context<'_>,
    dry_run: bool,
    plan: &mut dyn FnMut(AwsFile, AwsFile) -> Result<Edit>,
) -> Result<Box<dyn Report>> {
    let files = AwsFiles::load(context.env)?;
    let path = &files.config.path;
    let mut log_in = None;
    let mut edited = commit(context, &files, dry_run, &mut |seen, edited| {
        let config = AwsFile {
            path: path.clone(),
            bytes: seen.current.map(<[u8]>::to_vec),
        };
        let edit = plan(config, files.credentials.clone())?;
        edited.changes = edit.changes;
        edited.warnings = edit.warnings;
        log_in = edit.log_in;
        if edited.changes.is_empty() {
            return Ok((seen.current.map(<[u8]>::to_vec), file::Kept::Leave));
        }
        let aside = find_set_aside(seen.current, seen.kept, path);
        edited.warnings.extend(aside);
        let kept = plan_kept(seen.current, seen.kept, &edit.bytes);
        Ok((Some(edit.bytes), file::Kept::Write(kept)))
    })?;
    edited.next_step =
        log_in.map(|profile| format!("claude-bedrock login {}", option("--profile", &profile)));
    Ok(Box::new(edited))
}

/// What the file is to hold (`None`: it is to go), and what becomes of the kept original.
type Planned = (Option<Vec<u8>>, file::Kept);

fn commit(
    context: &Context<'_>,
    files: &AwsFiles,
    dry_run: bool,
    plan: &mut dyn FnMut(file::Seen<'_>, &mut SsoEdited) -> Result<Planned>,
) -> Result<SsoEdited> {
    let path = &files.config.path;
    if path.as_os_str().is_empty() {
        let message = "AWS_CONFIG_FILE is set and empty, so there is no config file to edit";
        return Err(Error::new(Code::AwsConfigInvalid, message).suggest("unset AWS_CONFIG_FILE"));
    }
    let mut edited = SsoEdited {
        config_path: path.display().to_string(),
        changed: false,
        changes: Vec::new(),
        backup: None,
        diff: None,
        next_step: None,
        warnings: Vec::new(),
        shown_path: context.env.tilde(path),
        done: "Changed",
    };
    let options = file::Options {
        backup_at: Some(context.env.now),
        for_everybody: false,
    };
    let outcome = file::edit(path, options, |seen| {
        let (after, kept) = plan(seen, &mut edited)?;
        edited.changed = after.as_deref() != seen.current;
        if dry_run {
            let text = |bytes: Option<&[u8]>| {
                without_other_values(&String::from_utf8_lossy(bytes.unwrap_or_default()))
            };
            edited.diff = Some(diff::unified(
                &text(seen.current),
                &text(after.as_deref()),
                &edited.shown_path,
            ));
            return Ok(file::Plan::LEAVE);
        }
        Ok(file::Plan {
            content: after.map_or(file::Content::Remove, file::Content::Write),
            kept,
        })
    })?;
    edited.backup = outcome.backup.map(|path| path.display().to_string());
    edited.warnings.extend(outcome.warnings);
    Ok(edited)
}

impl Report for SsoEdited {
    fn json(&self) -> String {
        document(self)
    }

    fn text(&self, look: &Look) -> String {
        let path = escape(&self.shown_path);
        let mut out = match &self.diff {
            Some(diff) => diff.lines().map(|line| escape_line(line) + "\n").collect(),
            None if !self.changed && self.done == PUT_BACK => {
                format!("Nothing to do: {path} is as it was before already\n")
            }
            None if !self.changed => format!("{path} is as wished already\n"),
            None => format!("{} {path}\n", look.tint(Tint::Good, self.done)),
        };
        let mut section = "";
        for change in self.changes.iter().filter(|_| self.diff.is_none()) {
            if change.section != section {
                section = &change.section;
                out += &format!("  [{}]\n", escape(section));
            }
            let value = match &change.after {
                Some(value) => format!(" = {}", escape(value)),
                None => " taken out".to_owned(),
            };
            out += &format!("    {}{value}\n", change.key);
        }
        for warning in &self.warnings {
            let label = look.tint(Tint::Warn, "warning:");
            out += &format!("{label} {}\n", escape(&warning.message));
            if let Some(step) = &warning.suggestion {
                out += &format!("  {} {}\n", look.tint(Tint::Bold, "try:"), escape(step));
            }
        }
        if let (Some(step), None) = (&self.next_step, &self.diff) {
            out += &format!("{} {}\n", look.tint(Tint::Bold, "next:"), escape(step));
        }
        out
    }
}
