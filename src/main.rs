//! Parse, read the surroundings, run the command, print its report: nothing else.

#[cfg(all(panic = "abort", target_os = "linux"))]
#[path = "main/no_backtrace.rs"]
mod no_backtrace;

use std::ffi::OsString;
use std::process::ExitCode;

use claude_bedrock::cli::{self, Cli, Parsed};
use claude_bedrock::commands::Context;
use claude_bedrock::env::Env;
use claude_bedrock::output::Output;

fn main() -> ExitCode {
    Output::report_panics();
    let args: Vec<OsString> = std::env::args_os().collect();
    let exit = match cli::parse(&args, Env::stdout_is_terminal(), Env::help_columns()) {
        Parsed::Text(text) => Output::plain(&text),
        Parsed::Wrong { error, json } => Output::bare(json).error(&error),
        Parsed::Run(cli) => run(&cli),
    };
    ExitCode::from(exit)
}

fn run(cli: &Cli) -> u8 {
    let json = cli.options.json || cli.is_script;
    let mut env = match Env::read(cli.options.home.as_deref()) {
        Ok(env) => env,
        Err(error) => return Output::bare(json).error(&error),
    };
    cli.options.follow_settings(&mut env);
    let output = Output::new(&env, &cli.options, json);
    let context = Context {
        env: &env,
        options: &cli.options,
        listener: &output,
    };
    match (cli.run)(&cli.given, &context) {
        Ok(report) => {
            let exit = output.report(report.as_ref());
            // The process ends here: taking thousands of profiles apart first is time for nothing.
            std::mem::forget(report);
            exit
        }
        Err(error) => output.error(&error),
    }
}
