//! The figures of the rooms: one item per room and day, and another for its wrong answers. Both are
//! only added to, by the few readers of the table's stream. Reading costs one query per room.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::walk::funnel::{Alert, Tally};
use jiff::civil::Date;

use crate::{
    Store, StoreError,
    item::{Item, number, string},
    key,
    table::{Write, Written, erased},
};

/// Different wrong answers kept per room and day. Later ones are counted, but not kept.
const DIFFERENT: u64 = 100;

/// For how long figures are kept, in seconds: 400 days, to compare a month with last year's.
const KEPT_SECONDS: i64 = 400 * 24 * 60 * 60;

/// Prefixes of the attributes of minutes and of wrong answers.
const MINUTE: &str = "minute/";
const SAID: &str = "said/";
/// Prefix of the attribute that records an alert.
const TOLD: &str = "told/";

impl Store {
    /// Adds figures to those of a room on a day, and returns the day's figures so far, without the
    /// wrong answers. One write, and one or two for each different wrong answer.
    pub async fn count(
        &self,
        room: &str,
        day: Date,
        now: jiff::Timestamp,
        tally: &Tally,
    ) -> Result<Tally, StoreError> {
        let expires = number(now.as_second().saturating_add(KEPT_SECONDS));
        let named = [
            ("entered", tally.entered),
            ("solved", tally.solved),
            ("plain", tally.plain),
            ("itself", tally.itself),
            ("hints", tally.hints),
            ("wrong", tally.wrong),
        ];
        let minutes =
            tally.minutes.iter().map(|(minute, visitors)| (format!("{MINUTE}{minute}"), *visitors));
        let figures =
            named.into_iter().map(|(name, figure)| (name.to_owned(), figure)).chain(minutes);
        let (mut add, mut write) = (Vec::new(), Vec::new());
        for (at, (name, figure)) in figures.filter(|(_, figure)| *figure > 0).enumerate() {
            add.push(format!("#f{at} :f{at}"));
            write.push((at, name, figure));
        }
        let mut of_the_day = Tally::default();
        if !add.is_empty() {
            let expression = format!("SET expires = :expires ADD {}", add.join(", "));
            let key = key::figures(room, day);
            let write = write.into_iter().fold(
                Write::update(&key, expression).value(":expires", expires.clone()),
                |write, (at, name, figure)| {
                    write.name(format!("#f{at}"), name).value(format!(":f{at}"), number(figure))
                },
            );
            if let Written::Done(Some(item)) = self.write_and_return(write).await? {
                of_the_day = self::tally(&item);
            }
        }
        for (said, times) in &tally.said {
            self.count_said(room, day, said, *times, &expires).await?;
        }
        Ok(of_the_day)
    }

    /// Records that the owner is told of a room today. `false` if that was recorded before. One
    /// write.
    pub async fn told_first(&self, room: &str, day: Date, of: Alert) -> Result<bool, StoreError> {
        self.note_told(
            room,
            day,
            of,
            "SET #told = :yes",
            "attribute_exists(pk) AND attribute_not_exists(#told)",
        )
        .await
    }

    /// Removes that record because the notice was not sent: the next change sends it. One write.
    pub async fn not_told(&self, room: &str, day: Date, of: Alert) -> Result<(), StoreError> {
        self.note_told(room, day, of, "REMOVE #told", "#told = :yes").await.map(drop)
    }

    async fn note_told(
        &self,
        room: &str,
        day: Date,
        of: Alert,
        update: &str,
        condition: &str,
    ) -> Result<bool, StoreError> {
        let write = Write::update(&key::figures(room, day), update)
            .only_if(condition)
            .name("#told", format!("{TOLD}{}", of.name()))
            .value(":yes", AttributeValue::Bool(true));
        self.write(write).await
    }

    /// Counts a wrong answer: a known one, or a new one while there is room.
    async fn count_said(
        &self,
        room: &str,
        day: Date,
        said: &str,
        times: u64,
        expires: &AttributeValue,
    ) -> Result<(), StoreError> {
        let update = |new: bool| {
            let (add, condition) = if new {
                (", different :one", "attribute_not_exists(different) OR different < :most")
            } else {
                ("", "attribute_exists(#said)")
            };
            let expression = format!("SET expires = :expires ADD #said :times{add}");
            let write = Write::update(&key::said(room, day), expression)
                .only_if(condition)
                .name("#said", format!("{SAID}{said}"))
                .value(":times", number(times))
                .value(":expires", expires.clone());
            if new {
                write.value(":one", number(1)).value(":most", number(DIFFERENT))
            } else {
                write
            }
        };
        for new in [false, true] {
            if self.write(update(new)).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The figures of a room from one day to another, both included. One read.
    pub async fn figures(&self, room: &str, from: Date, to: Date) -> Result<Tally, StoreError> {
        let answer = erased(
            self.client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :room AND sk BETWEEN :from AND :to")
                .expression_attribute_values(":room", string(key::room(room)))
                .expression_attribute_values(":from", string(key::figures(room, from).sk))
                .expression_attribute_values(":to", string(key::said(room, to).sk))
                .send(),
        )
        .await?;
        let mut all = Tally::default();
        for item in answer.items.unwrap_or_default() {
            all.add(&tally(&item));
        }
        Ok(all)
    }
}

fn tally(item: &Item) -> Tally {
    let of = |name: &str| item.get(name).map(figure).unwrap_or_default();
    let begins = |prefix: &'static str| {
        let attributes: HashMap<&str, u64> = item
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix(prefix)?, figure(value))))
            .collect();
        attributes.into_iter()
    };
    Tally {
        entered: of("entered"),
        solved: of("solved"),
        plain: of("plain"),
        itself: of("itself"),
        hints: of("hints"),
        wrong: of("wrong"),
        minutes: begins(MINUTE)
            .filter_map(|(minute, visitors)| Some((minute.parse().ok()?, visitors)))
            .collect(),
        said: begins(SAID).map(|(said, times)| (said.to_owned(), times)).collect(),
    }
}

fn figure(value: &AttributeValue) -> u64 {
    value.as_n().ok().and_then(|digits| digits.parse().ok()).unwrap_or_default()
}
