# A Homebrew formula: fill.py puts a release's version and checksums in.
class ClaudeBedrock < Formula
  desc "Sets Claude Code up on Amazon Bedrock, offline first, and keeps it working"
  homepage "https://github.com/@REPOSITORY@"
  version "@VERSION@"
  license "MIT"

  on_macos do
    on_arm do
      url "https://github.com/@REPOSITORY@/releases/download/v@VERSION@/claude-bedrock-@VERSION@-aarch64-apple-darwin.tar.gz"
      sha256 "@SHA256 aarch64-apple-darwin@"
    end
    on_intel do
      url "https://github.com/@REPOSITORY@/releases/download/v@VERSION@/claude-bedrock-@VERSION@-x86_64-apple-darwin.tar.gz"
      sha256 "@SHA256 x86_64-apple-darwin@"
    end
  end

  on_linux do
    on_arm do
      url "https://github.com/@REPOSITORY@/releases/download/v@VERSION@/claude-bedrock-@VERSION@-aarch64-unknown-linux-musl.tar.gz"
      sha256 "@SHA256 aarch64-unknown-linux-musl@"
    end
    on_intel do
      url "https://github.com/@REPOSITORY@/releases/download/v@VERSION@/claude-bedrock-@VERSION@-x86_64-unknown-linux-musl.tar.gz"
      sha256 "@SHA256 x86_64-unknown-linux-musl@"
    end
  end

  def install
    bin.install "claude-bedrock"
    generate_completions_from_executable(bin/"claude-bedrock", "completions")
    (man1/"claude-bedrock.1").write Utils.safe_popen_read(bin/"claude-bedrock", "completions", "man")
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/claude-bedrock --version")
    (testpath/".aws").mkpath
    (testpath/".aws/config").write "[profile dev]\nregion = us-west-2\n"
    assert_match "CLAUDE_CODE_USE_BEDROCK", shell_output(
      "#{bin}/claude-bedrock --home #{testpath} apply-config --offline --dry-run --profile dev --region us-west-2 " \
      "--auth-refresh none --model global.anthropic.claude-opus-4-5-20251101-v1:0 2>&1",
    )
  end
end
