use jiff::civil::date;
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::*;
use crate::catalog::taste::{Tags, Veto};

mod properties;

const TAGS: [&str; 6] = ["밤", "겨울", "바다", "편지", "애도", "봄"];
const NAMES: [&str; 3] = ["가람", "나래", "다솜"];

pub(crate) fn isbn(number: u32) -> Isbn {
    let twelve = format!("97889{number:07}");
    let sum: u32 = twelve
        .bytes()
        .enumerate()
        .map(|(i, b)| u32::from(b - b'0') * if i % 2 == 0 { 1 } else { 3 })
        .sum();
    format!("{twelve}{}", (10 - sum % 10) % 10).parse().unwrap()
}

pub(crate) fn book(number: u32) -> Book {
    let isbn = isbn(number);
    Book {
        work: isbn.as_str().to_owned().try_into().unwrap(),
        isbn,
        title: format!("책 {number}"),
        author: "아무개".into(),
        translator: None,
        publisher: "아무데".into(),
        pages: 100,
        list_price: Won(15_000),
        love: Love::default(),
        tags: Vec::new(),
        words: None,
        sent: None,
        spot: None,
        standing: None,
        copies: 1,
        taken: 0,
        back: Vec::new(),
    }
}

fn day() -> Date {
    date(2026, 11, 23)
}

/// Everything a choice sees.
#[derive(Debug, Clone)]
struct Case {
    books: Vec<Book>,
    order: OrderId,
    mood: Mood,
    letter: String,
    had: ReaderHistory,
}

impl Case {
    fn asked(&self) -> SelectionRequest<'_> {
        SelectionRequest {
            order: self.order,
            range: PriceRange::Middle,
            day: day(),
            mood: &self.mood,
            letter: &self.letter,
            had: &self.had,
            editions: &[],
        }
    }

    fn consider(&self) -> Considered {
        consider(&self.books, &self.asked())
    }
}

fn tags() -> impl Strategy<Value = Tags> {
    vec(select(TAGS.to_vec()), 0..3).prop_map(|tags| tags.into_iter().map(str::to_owned).collect())
}

fn name() -> impl Strategy<Value = String> {
    select(NAMES.to_vec()).prop_map(str::to_owned)
}

fn a_book(number: u32) -> impl Strategy<Value = Book> {
    (
        (0u8..=5, 12_000u64..18_500, 0u32..3, tags(), 0u32..40),
        (name(), name(), option::of(name())),
        option::of((0i64..400, 1u16..6)),
    )
        .prop_map(
            move |((love, price, free, tags, work), (author, publisher, translator), sent)| Book {
                love: love.try_into().unwrap(),
                list_price: Won(price),
                copies: free + 1,
                taken: 1,
                tags: tags.into_iter().collect(),
                work: isbn(work).as_str().to_owned().try_into().unwrap(),
                author,
                publisher,
                translator,
                sent: sent.map(|(days, in_month)| Sent {
                    on: day().checked_sub(jiff::SignedDuration::from_hours(24 * days)).unwrap(),
                    in_month,
                }),
                ..book(number)
            },
        )
}

fn cases() -> impl Strategy<Value = Case> {
    let books = (0u32..30).prop_flat_map(|count| (0..count).map(a_book).collect::<Vec<_>>());
    let has = vec((0u32..40, any::<bool>()), 0..8);
    let makers = vec((name(), name(), option::of(name())), 0..3);
    let veto = option::of(name().prop_map(Veto::Author));
    (books, any::<u64>(), (tags(), tags(), veto), vec(select(TAGS.to_vec()), 0..6), has, makers)
        .prop_map(|(books, seed, (today, season, veto), words, has, makers)| Case {
            books,
            order: OrderId::new(seed & 0xffff_ffff, u128::from(seed)),
            mood: Mood { today, season, vetoes: veto.into_iter().collect() },
            letter: words.join("이면 "),
            had: ReaderHistory {
                works: has
                    .into_iter()
                    .map(|(work, owned)| {
                        let work = isbn(work).as_str().to_owned().try_into().unwrap();
                        (work, if owned { ExclusionReason::Owned } else { ExclusionReason::Sent })
                    })
                    .collect(),
                last_two: makers
                    .into_iter()
                    .take(2)
                    .map(|(author, publisher, translator)| Makers { author, publisher, translator })
                    .collect(),
            },
        })
}

#[test]
fn a_copy_that_came_back_goes_next_under_its_own_number() {
    let book = Book { copies: 3, taken: 1, ..book(1) }.without_next_copy();
    assert_eq!((book.next_copy(), book.free()), (3, 1));
    let book = book.with_copy_back(1).with_copy_back(1);
    assert_eq!((book.next_copy(), book.free()), (1, 2));
    let book = book.without_next_copy();
    assert_eq!((book.next_copy(), book.free()), (3, 1));
}

#[test]
fn three_quarters_are_the_owners_and_a_quarter_is_the_letters() {
    let most = Score {
        love: 5.try_into().unwrap(),
        today: 9,
        season: 9,
        rested: None,
        echo: echo::FULL,
        ..Score::default()
    };
    assert_eq!((most.owner(), most.letter(), most.total()), (Score::OWNER, Score::ECHO, 1_000));
    const { assert!(Score::OWNER >= 700 && Score::ECHO <= 300) };
}

#[test]
fn the_slip_says_what_is_true_with_the_right_particles() {
    let case = Case {
        books: vec![
            Book {
                love: 5.try_into().unwrap(),
                title: "겨울밤".into(),
                tags: vec!["겨울".into(), "바다".into(), "편지".into()],
                ..book(1)
            },
            Book {
                love: 3.try_into().unwrap(),
                tags: vec!["달".into()],
                sent: Some(Sent { on: date(2026, 1, 1), in_month: 1 }),
                ..book(2)
            },
        ],
        order: OrderId::new(1, 1),
        mood: Mood {
            today: Tags::from(["바다".into()]),
            season: Tags::from(["달".into()]),
            vetoes: vec![],
        },
        letter: "편지를 오래 쓰지 못했습니다. 겨울이 길었어요. 달력도 넘기지 않았습니다.".into(),
        had: ReaderHistory::default(),
    };
    let reasons: Vec<String> =
        case.consider().best.into_iter().map(|proposal| proposal.reason).collect();
    // 겨울 would tell that the book is 겨울밤.
    assert_eq!(
        reasons,
        [
            "주인장이 누구에게나 한 번은 건네고 싶어 하는 책입니다. 편지에 적어 주신 ‘편지’라는 말이 이 책을 가리켰습니다. 이 책을 고르던 날 주인장의 마음은 ‘바다’에 가 있었습니다.",
            "주인장이 아끼는 책입니다. 편지에 적어 주신 ‘달’이라는 말이 이 책을 가리켰습니다. ‘달’과 어울리는 철에 보냅니다.",
        ]
    );
}

#[test]
fn what_was_seen_explains_the_three_and_twenty_others() {
    let books: Vec<Book> = (0..30)
        .map(|number| Book {
            love: u8::try_from(number % 6).unwrap().try_into().unwrap(),
            copies: u32::from(number != 29),
            ..book(number)
        })
        .collect();
    let (mood, had) = (Mood::default(), ReaderHistory::default());
    let order = OrderId::new(1, 1);
    let asked = SelectionRequest {
        order,
        range: PriceRange::Middle,
        day: day(),
        mood: &mood,
        letter: "",
        had: &had,
        editions: &[],
    };
    let considered = consider(&books, &asked);
    let explained = explain(order, &considered, 20);
    assert_eq!(explained.len(), 23);
    assert_eq!(
        explained[0].1,
        "1번으로 권함: 600점 = 주인장 600(아낌 5, 오늘 0, 계절 0, 보낸 적 없음) + 편지 0"
    );
    assert!(explained[22].1.contains("마지막으로 권한 책은 600점입니다"), "{}", explained[22].1);
    assert!(considered.seen.contains(&Evaluation {
        isbn: isbn(29),
        assessment: Assessment::Excluded(Exclusion::NoCopy)
    }));
}

#[test]
fn an_owner_may_send_what_was_not_proposed_but_never_what_was_sent_before() {
    let mut case = Case {
        books: vec![Book { author: "가람".into(), ..book(1) }],
        order: OrderId::new(1, 1),
        mood: Mood { vetoes: vec![Veto::Author("가람".into())], ..Mood::default() },
        letter: String::new(),
        had: ReaderHistory::default(),
    };
    assert!(case.consider().best.is_empty());
    assert!(reason_for(&case.books[0], &case.asked()).is_ok());
    case.had.works.insert(case.books[0].work.clone(), ExclusionReason::Sent);
    assert_eq!(reason_for(&case.books[0], &case.asked()), Err(Exclusion::SentBefore));
}

#[test]
fn a_book_that_was_sent_stands_back_and_comes_forward_again() {
    let mood = Mood::default();
    let fresh = Book { love: 5.try_into().unwrap(), ..book(1) }.placed(day(), &mood);
    assert_eq!(fresh.stands(), 600);
    let sent = fresh.chosen_on(day(), &mood);
    assert_eq!((sent.stands(), sent.sent_in_month_of(day())), (500, 1));
    let later = sent.clone().placed(date(2027, 2, 21), &mood);
    assert_eq!((later.stands(), later.sent_in_month_of(date(2027, 2, 21))), (550, 0));
    assert_eq!(sent.chosen_on(day(), &mood).sent_in_month_of(day()), 2);
}
