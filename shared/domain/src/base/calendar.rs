//! Days in Korea: today, working days, and the deadlines that are counted in them.

use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, DateTime, Weekday},
    tz,
};

/// Korea's public holidays that do not fall on a weekend, with substitute days (관공서의 공휴일에 관한 규정
/// 제2조, 제3조), until the end of 2028. In years that are not listed only weekends are days off, so
/// the list has to be extended every year.
const HOLIDAYS: &[(i16, i8, i8)] = &[
    (2026, 1, 1),
    (2026, 2, 16),
    (2026, 2, 17),
    (2026, 2, 18),
    (2026, 3, 2),
    (2026, 5, 1),
    (2026, 5, 5),
    (2026, 5, 25),
    (2026, 6, 3),
    (2026, 8, 17),
    (2026, 9, 24),
    (2026, 9, 25),
    (2026, 10, 5),
    (2026, 10, 9),
    (2026, 12, 25),
    (2027, 1, 1),
    (2027, 2, 8),
    (2027, 2, 9),
    (2027, 3, 1),
    (2027, 5, 5),
    (2027, 5, 13),
    (2027, 8, 16),
    (2027, 9, 14),
    (2027, 9, 15),
    (2027, 9, 16),
    (2027, 10, 4),
    (2027, 10, 11),
    (2027, 12, 27),
    (2028, 1, 26),
    (2028, 1, 27),
    (2028, 1, 28),
    (2028, 3, 1),
    (2028, 5, 2),
    (2028, 5, 5),
    (2028, 6, 6),
    (2028, 8, 15),
    (2028, 10, 2),
    (2028, 10, 3),
    (2028, 10, 4),
    (2028, 10, 5),
    (2028, 10, 9),
    (2028, 12, 25),
];

/// Working days within which a prepaid order is posted (전자상거래법 제15조 제1항).
pub const POSTED_WITHIN: u8 = 3;

/// Working days within which a cancelled order is refunded (전자상거래법 제18조 제2항).
pub const REFUNDED_WITHIN: u8 = 3;

/// UTC+9: Korea has no daylight saving time.
const KOREA: tz::Offset = tz::offset(9);

/// Date and time of day in Korea.
pub fn in_korea(instant: Timestamp) -> DateTime {
    KOREA.to_datetime(instant)
}

/// The date in Korea.
pub fn today(now: Timestamp) -> Date {
    in_korea(now).date()
}

/// Whether the day is neither on a weekend nor a public holiday.
pub fn is_working_day(date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
        && !HOLIDAYS.contains(&(date.year(), date.month(), date.day()))
}

/// The `count`th working day after `date`; the day itself does not count (민법 제157조).
pub fn working_days_after(date: Date, count: u8) -> Date {
    let mut day = date;
    let mut left = count;
    while left > 0 {
        // The calendar ends here.
        let Ok(next) = day.tomorrow() else { return day };
        day = next;
        if is_working_day(day) {
            left -= 1;
        }
    }
    day
}

/// The day by which an order that is placed now is posted: three working days after today in Korea.
///
/// ```
/// use domain::base::calendar;
/// use jiff::civil::date;
///
/// // A Friday: the weekend does not count.
/// let now = "2026-11-20T10:00:00+09:00".parse().unwrap();
/// assert_eq!(calendar::promised_date(now), date(2026, 11, 25));
/// ```
pub fn promised_date(now: Timestamp) -> Date {
    working_days_after(today(now), POSTED_WITHIN)
}

/// The day by which a refund that is promised now has to be done: three working days after today
/// in Korea.
pub fn refunded_by(now: Timestamp) -> Date {
    working_days_after(today(now), REFUNDED_WITHIN)
}

/// The instant at which a day ends in Korea.
pub fn end_of(date: Date) -> Timestamp {
    date.checked_add(1.day())
        .ok()
        .and_then(|next| KOREA.to_timestamp(next.at(0, 0, 0, 0)).ok())
        .unwrap_or(Timestamp::MAX)
}

/// The next instant at which an unrequested push may be sent: now, or 08:00 if it is between 21:00
/// and 08:00 in Korea.
pub fn not_in_the_night(now: Timestamp) -> Timestamp {
    let clock = in_korea(now);
    let morning = match clock.hour() {
        0..8 => clock.date(),
        21.. => clock.date().tomorrow().unwrap_or(clock.date()),
        _ => return now,
    };
    KOREA.to_timestamp(morning.at(8, 0, 0, 0)).unwrap_or(now)
}

/// The instant `minutes` later.
pub fn minutes_after(instant: Timestamp, minutes: i64) -> Timestamp {
    instant.saturating_add(SignedDuration::from_mins(minutes)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn an_order_on_a_friday_is_posted_by_wednesday() {
        assert_eq!(promised_date(at("2026-11-20T10:00:00+09:00")), date(2026, 11, 25));
    }

    #[test]
    fn the_new_year_holidays_are_not_working_days() {
        assert_eq!(promised_date(at("2027-02-05T10:00:00+09:00")), date(2027, 2, 12));
    }

    #[test]
    fn a_day_begins_and_ends_at_midnight_in_korea() {
        assert_eq!(today(at("2026-11-22T15:30:00Z")), date(2026, 11, 23));
        assert_eq!(end_of(date(2026, 11, 23)), at("2026-11-24T00:00:00+09:00"));
    }

    #[test]
    fn no_push_is_sent_at_night() {
        assert_eq!(
            not_in_the_night(at("2026-11-22T21:00:00+09:00")),
            at("2026-11-23T08:00:00+09:00")
        );
        assert_eq!(
            not_in_the_night(at("2026-11-22T03:00:00+09:00")),
            at("2026-11-22T08:00:00+09:00")
        );
        let noon = at("2026-11-22T12:00:00+09:00");
        assert_eq!(not_in_the_night(noon), noon);
    }
}
