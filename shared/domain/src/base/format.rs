//! Dates, times and amounts as pages and letters show them, in both languages. Times are Korean.

use jiff::{
    Timestamp,
    civil::{Date, Weekday},
};

use crate::base::{calendar, money::Won, text::Language};

/// A number with its thousands separated, as both languages write it: `4,000`.
///
/// ```
/// assert_eq!(domain::base::format::count(&4_000), "4,000");
/// assert_eq!(domain::base::format::count(&900), "900");
/// ```
pub fn count(number: &impl ToString) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// An amount with its unit: `18,000원`, `₩18,000`.
///
/// ```
/// use domain::base::{format, money::Won, text::Language};
///
/// assert_eq!(format::won(Won(18_000), Language::Ko), "18,000원");
/// assert_eq!(format::won(Won(18_000), Language::En), "₩18,000");
/// ```
pub fn won(amount: Won, language: Language) -> String {
    match language {
        Language::Ko => format!("{amount}원"),
        Language::En => format!("₩{amount}"),
    }
}

/// A date in the reader's language, without the year.
///
/// ```
/// use domain::base::{format, text::Language};
/// use jiff::civil::date;
///
/// let day = date(2026, 11, 25);
/// assert_eq!(format::date(day, Language::Ko), "11월 25일 수요일");
/// assert_eq!(format::date(day, Language::En), "Wednesday, 25 November");
/// ```
pub fn date(date: Date, language: Language) -> String {
    match language {
        Language::Ko => korean_date(date),
        Language::En => english_date(date),
    }
}

/// A date as it is read on the day `today`: with its year if that is not the year of `today`.
///
/// ```
/// use domain::base::{format, text::Language};
/// use jiff::civil::date;
///
/// let (day, before, after) = (date(2027, 1, 4), date(2026, 12, 31), date(2027, 1, 1));
/// assert_eq!(format::date_seen(day, before, Language::Ko), "2027년 1월 4일 월요일");
/// assert_eq!(format::date_seen(day, before, Language::En), "Monday, 4 January 2027");
/// assert_eq!(format::date_seen(day, after, Language::Ko), "1월 4일 월요일");
/// ```
pub fn date_seen(day: Date, today: Date, language: Language) -> String {
    let date = date(day, language);
    match language {
        _ if day.year() == today.year() => date,
        Language::Ko => format!("{}년 {date}", day.year()),
        Language::En => format!("{date} {}", day.year()),
    }
}

/// `11월 25일 수요일`.
pub fn korean_date(date: Date) -> String {
    format!("{}월 {}일 {}요일", date.month(), date.day(), weekday(date))
}

/// The weekday in one syllable: `수`.
pub fn weekday(date: Date) -> &'static str {
    match date.weekday() {
        Weekday::Sunday => "일",
        Weekday::Monday => "월",
        Weekday::Tuesday => "화",
        Weekday::Wednesday => "수",
        Weekday::Thursday => "목",
        Weekday::Friday => "금",
        Weekday::Saturday => "토",
    }
}

/// `Wednesday, 25 November`.
pub fn english_date(date: Date) -> String {
    date.strftime("%A, %-d %B").to_string()
}

/// An instant in Korean time, to the minute and without the year: `11월 25일 수요일 14:05`.
pub fn date_time(at: Timestamp, language: Language) -> String {
    format!("{} {}", date(calendar::today(at), language), clock_at(at))
}

/// An instant as it is read at `now`: as [`date_time`], with its year if that is not this one in
/// Korea.
pub fn date_time_seen(at: Timestamp, now: Timestamp, language: Language) -> String {
    let day = date_seen(calendar::today(at), calendar::today(now), language);
    format!("{day} {}", clock_at(at))
}

/// The time of day in Korea from which something is possible: `23:05`, rounded up to the minute, so
/// that who comes then does not come too early.
///
/// ```
/// use domain::base::format;
///
/// let at = "2026-11-25T23:04:20+09:00".parse().unwrap();
/// assert_eq!((format::clock_from(at), format::clock_at(at)), ("23:05".into(), "23:04".into()));
/// ```
pub fn clock_from(instant: Timestamp) -> String {
    let seconds = instant.as_second().saturating_add(i64::from(instant.subsec_nanosecond() > 0));
    let minutes = seconds.saturating_add(59).div_euclid(60);
    clock_at(Timestamp::from_second(minutes.saturating_mul(60)).unwrap_or(instant))
}

/// The time of day in Korea, rounded down to the minute: of what has happened, and until when
/// something is possible.
pub fn clock_at(instant: Timestamp) -> String {
    let local = calendar::in_korea(instant);
    format!("{:02}:{:02}", local.hour(), local.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_is_named_by_the_korean_calendar() {
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        let (old, new) = (at("2026-12-31T14:59:59Z"), at("2026-12-31T15:00:00Z"));
        let seen = |instant, now| date_time_seen(instant, now, Language::Ko);
        assert_eq!(seen(old, old), "12월 31일 목요일 23:59");
        assert_eq!(seen(old, new), "2026년 12월 31일 목요일 23:59");
        assert_eq!(seen(new, new), "1월 1일 금요일 00:00");
        assert_eq!(seen(new, old), "2027년 1월 1일 금요일 00:00");
        assert_eq!(date_time_seen(old, new, Language::En), "Thursday, 31 December 2026 23:59");
    }

    #[test]
    fn a_clock_from_is_korean_and_never_too_early() {
        let at = |text: &str| clock_from(text.parse().unwrap());
        assert_eq!(at("2026-11-22T13:00:00Z"), "22:00");
        assert_eq!(at("2026-11-22T15:05:07Z"), "00:06");
        assert_eq!(at("2026-11-22T13:00:00.000000001Z"), "22:01");
        clock_from(Timestamp::MAX);
        clock_from(Timestamp::MIN);
    }
}
