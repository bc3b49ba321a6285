use jiff::civil::date;
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::*;
use crate::catalog::taste::{Tags, Veto};

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

fn book(number: u32) -> Book {
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

/// The five steps once more, as slowly and plainly as they are written down in the product: with
/// fractions, one book after the other.
fn reference(case: &Case) -> Vec<(Isbn, u16)> {
    let text = |book: &Book| format!("{} {} ", book.title, book.tags.join(" "));
    let texts: Vec<String> = case.books.iter().map(text).collect();
    let echoes = echo::echoes(&case.letter, &texts);
    let mut left: Vec<(&Book, u16)> = Vec::new();
    for (book, echo) in case.books.iter().zip(echoes) {
        let vetoed = case.mood.vetoes.iter().any(|veto| *veto == Veto::Author(book.author.clone()));
        let (cheapest, dearest) = (PriceRange::Middle.from(), PriceRange::Middle.up_to());
        if book.copies <= book.taken
            || case.had.works.contains_key(&book.work)
            || vetoed
            || book.list_price < cheapest
            || book.list_price > dearest
        {
            continue;
        }
        let in_mood = |mood: &Tags| {
            let met = TAGS
                .iter()
                .filter(|tag| mood.contains(**tag) && book.tags.iter().any(|own| own == *tag));
            f64::from(u32::try_from(met.count()).unwrap().min(2)) / 2.0
        };
        let rested = match book.sent {
            None => 1.0,
            Some(sent) => f64::from(day().since(sent.on).unwrap().get_days().min(180)) / 180.0,
        };
        let owner = f64::from(u8::from(book.love)) / 5.0 * 500.0
            + in_mood(&case.mood.today) * 100.0
            + in_mood(&case.mood.season) * 50.0
            + (rested * 100.0 + 1e-9).floor();
        let letter = (f64::from(echo) / 1000.0 * 250.0 + 1e-9).floor();
        let mut off = 0.0;
        let last = &case.had.last_two;
        if last.iter().any(|makers| makers.author == book.author) {
            off += 150.0;
        }
        if last.iter().any(|makers| makers.publisher == book.publisher) {
            off += 50.0;
        }
        if book.translator.is_some()
            && last.iter().any(|makers| makers.translator == book.translator)
        {
            off += 75.0;
        }
        let readers: u16 = case
            .books
            .iter()
            .filter(|other| other.work == book.work)
            .filter_map(|other| other.sent)
            .filter(|sent| sent.on.first_of_month() == day().first_of_month())
            .map(|sent| sent.in_month)
            .sum();
        off += f64::from(readers.saturating_sub(2).min(6)) * 25.0;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number from 0 to 1,000"
        )]
        left.push((book, (owner + letter - off).max(0.0) as u16));
    }
    let mut best: Vec<(Isbn, u16)> = Vec::new();
    let mut works = Vec::new();
    while best.len() < 3 && !left.is_empty() {
        let mut first = 0;
        for at in 1..left.len() {
            let (book, score) = left[at];
            let (leader, most) = left[first];
            let wins = score > most
                || (score == most && lot(case.order, &book.isbn) < lot(case.order, &leader.isbn));
            if wins {
                first = at;
            }
        }
        let (book, score) = left.remove(first);
        if !works.contains(&book.work) {
            works.push(book.work.clone());
            best.push((book.isbn.clone(), score));
        }
    }
    best
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

proptest! {
    #[test]
    fn a_filter_never_lets_one_through(case in cases()) {
        for proposal in case.consider().best {
            let book = case.books.iter().find(|book| book.isbn == proposal.isbn).unwrap();
            prop_assert!(book.free() > 0);
            prop_assert!(!case.had.works.contains_key(&book.work));
            prop_assert!(!case.mood.forbids(book));
            prop_assert_eq!(PriceRange::of(book.list_price), Some(PriceRange::Middle));
        }
    }

    #[test]
    fn a_slow_reference_chooses_the_same(case in cases()) {
        let best: Vec<(Isbn, u16)> =
            case.consider().best.into_iter().map(|proposal| (proposal.isbn, proposal.score)).collect();
        prop_assert_eq!(best, reference(&case));
    }

    #[test]
    fn a_replay_of_what_was_kept_chooses_the_same(case in cases()) {
        let considered = case.consider();
        let kept = serde_json::to_string(&considered).unwrap();
        let read: Considered = serde_json::from_str(&kept).unwrap();
        prop_assert_eq!(&read, &considered);
        let replayed: Vec<Isbn> =
            best(case.order, &read.seen).into_iter().map(|(isbn, _)| isbn.clone()).collect();
        let chosen: Vec<Isbn> = considered.best.into_iter().map(|proposal| proposal.isbn).collect();
        prop_assert_eq!(replayed, chosen);
    }

    #[test]
    fn the_order_of_the_shelf_does_not_matter(mut case in cases()) {
        let one = case.consider().best;
        case.books.reverse();
        prop_assert_eq!(case.consider().best, one);
    }

    #[test]
    fn no_letter_outweighs_the_owner(case in cases(), letter in "[가-힣 ]{0,40}") {
        // Whatever the letter says, the best is never far from what the owner alone would have
        // sent.
        let silent = Case { letter: String::new(), ..case.clone() }.consider();
        let heard = Case { letter, ..case }.consider();
        if let (Some(silent), Some(heard)) = (silent.best.first(), heard.best.first()) {
            prop_assert!(heard.score >= silent.score && heard.score - silent.score <= Score::ECHO);
        }
    }

    #[test]
    fn the_slip_never_tells_the_title(case in cases(), title in select(TAGS.to_vec())) {
        let mut case = case;
        for book in &mut case.books {
            title.clone_into(&mut book.title);
        }
        let quoted = format!("‘{title}’");
        for proposal in case.consider().best {
            prop_assert!(!proposal.reason.contains(&quoted), "{}", proposal.reason);
        }
    }
}
