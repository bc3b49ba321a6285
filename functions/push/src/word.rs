//! What a push says: that there is word, and where. No name, no address, no title, no order.

use domain::{base::text::Language, riddle::guess::fingerprint, walk::whisper};
use jiff::Timestamp;
use messaging::News;
use serde::Serialize;
use webpush::Urgency;

/// For how long news is worth ringing for, in seconds: three days. Whoever was away for longer
/// finds it in the mailbox.
const NEWS_KEPT_SECONDS: i64 = 3 * 24 * 60 * 60;

/// What the page's worker gets to show.
#[derive(Debug, Serialize)]
pub struct Word<'a> {
    title: &'static str,
    body: &'a str,
    /// Where a tap leads.
    path: &'static str,
    /// A push that comes twice takes its own place.
    tag: String,
    lang: &'static str,
}

impl<'a> Word<'a> {
    /// The push for this news, in the language of the device. A whisper was asked for and is told
    /// as it is.
    pub fn of(news: &'a News, language: Language) -> Self {
        let ko = language == Language::Ko;
        let (body, path) = if news.is_whisper() {
            (news.text.as_str(), "/whisper")
        } else if ko {
            ("공간문학에서 소식이 왔습니다. 편지함에 놓아 두었습니다.", "/mailbox")
        } else {
            ("There is news from Gonggan Munhak in your mailbox.", "/mailbox")
        };
        let title = if ko { "공간문학" } else { "Gonggan Munhak" };
        Self {
            title,
            body,
            path,
            tag: format!("{:016x}", fingerprint(&["push", &news.id.to_string()])),
            lang: language.tag(),
        }
    }

    /// As it travels.
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// For how many seconds from `now` it may be rung for; `None` when it is too late. A whisper that
/// has faded opens nothing.
pub(crate) fn keep_seconds(news: &News, now: Timestamp) -> Option<u32> {
    let worth = if news.is_whisper() { whisper::GOOD_FOR.as_secs() } else { NEWS_KEPT_SECONDS };
    let age = now.duration_since(news.at).as_secs().max(0);
    u32::try_from(worth.saturating_sub(age)).ok().filter(|left| *left > 0)
}

pub(crate) fn urgency(news: &News) -> Urgency {
    if news.is_whisper() { Urgency::High } else { Urgency::Normal }
}

#[cfg(test)]
mod tests {
    use domain::{
        base::id::{MessageId, OrderId, VisitorId},
        order::message::Notice,
    };

    use super::*;

    fn news(notice: &str, text: &str) -> News {
        let order = OrderId::new(1_790_000_000_000, 3);
        News {
            id: MessageId { order, sequence: 2 },
            reader: VisitorId::new(1_790_000_000_000, 2),
            order: Some(order),
            notice: notice.to_owned(),
            text: text.to_owned(),
            at: "2026-11-22T03:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_push_says_that_there_is_word_and_where_and_nothing_of_what() {
        for notice in Notice::ALL.iter().map(|notice| notice.name()).chain(["answered"]) {
            for language in Language::ALL {
                let json = Word::of(&news(notice, "길을 나섰소"), language).json();
                assert!(json.len() < 512 && json.contains(r#""path":"/mailbox""#), "{json}");
                assert!(!json.contains("길을 나섰소") && !json.contains(notice), "{json}");
            }
        }
        let whisper = Word::of(&news(News::WHISPER, "나는 괴로워했다"), Language::Ko).json();
        assert!(
            whisper.contains("나는 괴로워했다") && whisper.contains(r#""path":"/whisper""#),
            "{whisper}"
        );
    }

    #[test]
    fn word_grows_old_and_a_whisper_fades() {
        let at = |seconds: i64| {
            Timestamp::from_second(news("paid", "").at.as_second() + seconds).unwrap()
        };
        assert_eq!(keep_seconds(&news("paid", ""), at(0)), Some(259_200));
        assert_eq!(keep_seconds(&news("paid", ""), at(259_200)), None);
        assert_eq!(keep_seconds(&news(News::WHISPER, ""), at(540)), Some(60));
        assert_eq!(keep_seconds(&news(News::WHISPER, ""), at(600)), None);
        // A clock that ran ahead where the step was taken.
        assert_eq!(keep_seconds(&news(News::WHISPER, ""), at(-5)), Some(600));
    }
}
