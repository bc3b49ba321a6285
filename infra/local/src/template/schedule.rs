//! EventBridge's `rate(…)` and `cron(…)`, in UTC.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// The times of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// At a fixed interval, counted from the start.
    Rate(SignedDuration),
    /// At the minutes of a cron expression.
    Cron(Cron),
}

/// Six fields: minute, hour, day of month, month, day of week, year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    minutes: Field,
    hours: Field,
    days: Field,
    months: Field,
    weekdays: Field,
    years: Field,
}

/// Why a schedule expression cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{expression}` is not a supported schedule: {why}")]
pub struct ScheduleError {
    expression: String,
    why: &'static str,
}

/// The values a cron field allows; `None` is `*` or `?`.
type Field = Option<Vec<i16>>;

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

impl Schedule {
    /// Reads `rate(5 minutes)` or `cron(0 21 ? * MON-FRI *)`. The modifiers `L`, `W` and `#` are
    /// not supported.
    pub fn parse(expression: &str) -> Result<Self, ScheduleError> {
        let wrong = |why| ScheduleError { expression: expression.to_owned(), why };
        let inner = |name: &str| {
            expression.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')').map(str::trim)
        };
        if let Some(rate) = inner("rate") {
            let (count, unit) =
                rate.split_once(' ').ok_or_else(|| wrong("a rate is a number and a unit"))?;
            let count: i64 = count.parse().map_err(|_| wrong("a rate starts with a number"))?;
            let each = match unit.trim() {
                "minute" | "minutes" => 60,
                "hour" | "hours" => 3_600,
                "day" | "days" => 86_400,
                _ => return Err(wrong("the unit is minutes, hours or days")),
            };
            if !(1..=100_000).contains(&count) {
                return Err(wrong("the number is out of range"));
            }
            return Ok(Self::Rate(SignedDuration::from_secs(count * each)));
        }
        let fields: Vec<&str> = inner("cron")
            .ok_or_else(|| wrong("it is neither rate() nor cron()"))?
            .split_whitespace()
            .collect();
        let [minutes, hours, days, months, weekdays, years] = fields.as_slice() else {
            return Err(wrong("a cron expression has six fields"));
        };
        let field = |text: &str, low, high, names: &[&str], first| {
            field(text, low, high, names, first)
                .ok_or_else(|| wrong("a field is out of range or uses L, W or #"))
        };
        Ok(Self::Cron(Cron {
            minutes: field(minutes, 0, 59, &[], 0)?,
            hours: field(hours, 0, 23, &[], 0)?,
            days: field(days, 1, 31, &[], 0)?,
            months: field(months, 1, 12, &MONTHS, 1)?,
            weekdays: field(weekdays, 1, 7, &WEEKDAYS, 1)?,
            years: field(years, 1970, 2199, &[], 0)?,
        }))
    }

    /// The first time after `last`; a rate counts from `last`. `None` if there is none.
    pub fn after(&self, last: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Rate(every) => last.checked_add(*every).ok(),
            Self::Cron(cron) => cron.after(last),
        }
    }
}

impl Cron {
    fn after(&self, last: Timestamp) -> Option<Timestamp> {
        let from = last.to_zoned(TimeZone::UTC).datetime();
        let mut day = from.date();
        // Within eight years every combination of month, day and weekday occurs, including leap
        // days.
        for _ in 0..=8 * 366 {
            if self.allows(day) {
                let found = allowed(self.hours.as_ref(), 24)
                    .flat_map(|hour| {
                        allowed(self.minutes.as_ref(), 60).map(move |minute| (hour, minute))
                    })
                    .filter_map(|(hour, minute)| Time::new(hour, minute, 0, 0).ok())
                    .map(|time| DateTime::from_parts(day, time))
                    .find(|at| *at > from);
                if let Some(at) = found {
                    return at.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
                }
            }
            day = day.checked_add(1.day()).ok()?;
        }
        None
    }

    fn allows(&self, day: Date) -> bool {
        let has =
            |field: &Field, value: i16| field.as_ref().is_none_or(|values| values.contains(&value));
        has(&self.days, i16::from(day.day()))
            && has(&self.months, i16::from(day.month()))
            && has(&self.weekdays, sunday_first(day.weekday()))
            && has(&self.years, day.year())
    }
}

fn sunday_first(weekday: Weekday) -> i16 {
    i16::from(weekday.to_sunday_one_offset())
}

fn allowed(field: Option<&Vec<i16>>, below: i16) -> impl Iterator<Item = i8> + Clone {
    let values: Vec<i8> = (0..below)
        .filter(|v| field.is_none_or(|f| f.contains(v)))
        .filter_map(|v| i8::try_from(v).ok())
        .collect();
    values.into_iter()
}

fn field(text: &str, low: i16, high: i16, names: &[&str], first: i16) -> Option<Field> {
    if text == "*" || text == "?" {
        return Some(None);
    }
    let number = |part: &str| -> Option<i16> {
        let value = names
            .iter()
            .position(|name| name.eq_ignore_ascii_case(part))
            .and_then(|i| i16::try_from(i).ok())
            .map(|i| i + first)
            .or_else(|| part.parse().ok())?;
        (low..=high).contains(&value).then_some(value)
    };
    let mut values = Vec::new();
    for part in text.split(',') {
        let (range, step) = part.split_once('/').unwrap_or((part, ""));
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (number(from)?, number(to)?),
            None if range == "*" => (low, high),
            // `5/10` counts from 5 to the end; a lone `5` is itself.
            None => (number(range)?, if step.is_empty() { number(range)? } else { high }),
        };
        let step: usize = if step.is_empty() { 1 } else { step.parse().ok().filter(|s| *s > 0)? };
        values.extend((from..=to).step_by(step));
    }
    values.sort_unstable();
    values.dedup();
    (!values.is_empty()).then_some(Some(values))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(expression: &str, last: &str) -> String {
        Schedule::parse(expression).unwrap().after(last.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn a_rate_counts_from_the_last_call() {
        assert_eq!(next("rate(5 minutes)", "2026-08-01T00:01:30Z"), "2026-08-01T00:06:30Z");
        assert_eq!(next("rate(1 day)", "2026-08-01T00:00:00Z"), "2026-08-02T00:00:00Z");
    }

    #[test]
    fn cron_expressions_are_in_utc() {
        assert_eq!(
            next("cron(0 21 ? * MON-FRI *)", "2026-07-31T21:00:00Z"),
            "2026-08-03T21:00:00Z"
        );
        assert_eq!(next("cron(0/15 * * * ? *)", "2026-08-01T00:14:59Z"), "2026-08-01T00:15:00Z");
        assert_eq!(
            next("cron(30 0 1 JAN,JUL ? *)", "2026-08-01T00:00:00Z"),
            "2027-01-01T00:30:00Z"
        );
        assert_eq!(next("cron(0 0 29 2 ? *)", "2026-08-01T00:00:00Z"), "2028-02-29T00:00:00Z");
    }

    #[test]
    fn an_invalid_expression_is_an_error() {
        for bad in [
            "rate(0 minutes)",
            "rate(5 weeks)",
            "every day",
            "cron(0 0 * *)",
            "cron(61 0 * * ? *)",
            "cron(0 0 L * ? *)",
        ] {
            assert!(Schedule::parse(bad).is_err(), "{bad}");
        }
        let past = Schedule::parse("cron(0 0 1 1 ? 1999)").unwrap();
        assert_eq!(past.after("2026-08-01T00:00:00Z".parse().unwrap()), None);
    }
}
