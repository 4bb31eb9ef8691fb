//! Timestamps to seconds and back, and spans in words. No clock, no time zone: those are in `env`.

/// Seconds since 1970-01-01T00:00:00Z.
pub type Epoch = i64;

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The date that is `days` after 1970-01-01.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 {
        month_index + 3
    } else {
        month_index - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Reads the timestamps that the AWS tools write: `2026-11-22T16:33:21` and then `Z`, `UTC` or `+hh:mm`, with or
/// without a fraction; a space may stand for the `T`.
///
/// `None` for anything else, a date without a zone included: botocore fails on those too (`botocore.utils.parse_timestamp`
/// reads them, the comparison that follows raises).
pub fn parse_timestamp(text: &str) -> Option<Epoch> {
    let text = text.trim();
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = bytes.get(from..to)?;
        digits.iter().all(u8::is_ascii_digit).then(|| {
            digits
                .iter()
                .fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'))
        })
    };
    let mark = |at: usize, marks: &[u8]| bytes.get(at).is_some_and(|byte| marks.contains(byte));
    if !(mark(4, b"-") && mark(7, b"-") && mark(10, b"Tt ") && mark(13, b":") && mark(16, b":")) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let month_days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        _ => return None,
    };
    if !(1..=month_days).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut rest = text.get(19..)?;
    if let Some(fraction) = rest.strip_prefix(['.', ',']) {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return None;
        }
        rest = fraction.get(digits..)?;
    }
    let offset = match rest.trim_start() {
        "Z" | "z" | "UTC" | "GMT" => 0,
        signed => {
            let sign = match signed.as_bytes().first()? {
                b'+' => 1,
                b'-' => -1,
                _ => return None,
            };
            let digits: Vec<i64> = signed
                .bytes()
                .skip(1)
                .filter(|byte| *byte != b':')
                .map(|byte| byte.is_ascii_digit().then(|| i64::from(byte - b'0')))
                .collect::<Option<_>>()?;
            match digits[..] {
                [h1, h2] => sign * (h1 * 10 + h2) * 3_600,
                [h1, h2, m1, m2] => sign * ((h1 * 10 + h2) * 3_600 + (m1 * 10 + m2) * 60),
                _ => return None,
            }
        }
    };
    Some(days_from_civil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset)
}

/// Year, month, day, hour, minute and second of `at` in UTC.
pub fn civil(at: Epoch) -> (i64, i64, i64, i64, i64, i64) {
    let (year, month, day) = civil_from_days(at.div_euclid(86_400));
    let second = at.rem_euclid(86_400);
    (
        year,
        month,
        day,
        second / 3_600,
        second % 3_600 / 60,
        second % 60,
    )
}

/// `2026-11-22T16:33:21+00:00`, the spelling of the replaced script.
pub fn format_timestamp(at: Epoch) -> String {
    let (year, month, day, hour, minute, second) = civil(at);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+00:00")
}

/// A span in the two largest units that matter: `3 h 12 min`, `12 min`, `45 s`, `89 d`. The sign is dropped.
pub fn describe_span(seconds: i64) -> String {
    let seconds = seconds.unsigned_abs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match () {
        () if seconds < 60 => format!("{seconds} s"),
        () if hours == 0 => format!("{minutes} min"),
        () if hours < 48 && minutes % 60 == 0 => format!("{hours} h"),
        () if hours < 48 => format!("{hours} h {} min", minutes % 60),
        () => format!("{days} d"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_as_the_aws_tools_write_them() {
        for (text, want) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2026-11-22T16:33:21Z", Some(1_795_365_201)),
            ("2026-11-22T16:33:21UTC", Some(1_795_365_201)),
            ("2026-11-22T16:33:21+00:00", Some(1_795_365_201)),
            ("2026-11-22T17:33:21+01:00", Some(1_795_365_201)),
            ("2026-11-22T11:03:21-0530", Some(1_795_365_201)),
            ("2026-11-22T16:33:21.789Z", Some(1_795_365_201)),
            ("2026-11-22 16:33:21Z", Some(1_795_365_201)),
            ("2024-02-29T00:00:00Z", Some(1_709_164_800)),
            ("2026-11-22T16:33:21", None),
            ("2026-02-30T00:00:00Z", None),
            ("2026-13-01T00:00:00Z", None),
            ("2026-11-22T16:33:21.Z", None),
            ("soon", None),
            ("", None),
            ("2026-11-22T16:33:21+é0:00", None),
        ] {
            assert_eq!(parse_timestamp(text), want, "{text}");
        }
    }

    #[test]
    fn formatting_is_the_inverse_of_parsing() {
        for at in [0, 1, -1, 951_782_400, 4_070_908_800, 1_795_365_201] {
            assert_eq!(parse_timestamp(&format_timestamp(at)), Some(at));
        }
    }

    #[test]
    fn spans_in_words() {
        for (seconds, want) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3_599, "59 min"),
            (3_600, "1 h"),
            (11_520, "3 h 12 min"),
            (172_799, "47 h 59 min"),
            (172_800, "2 d"),
            (-7_200, "2 h"),
        ] {
            assert_eq!(describe_span(seconds), want);
        }
    }
}
