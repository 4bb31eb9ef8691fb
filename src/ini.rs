//! AWS INI text to sections and entries, as botocore reads them, with line numbers and byte ranges.
