//! Selection compared with a slow and simple reference, and its invariants.

use proptest::{prelude::*, sample::select};

use super::*;

/// The five steps as the product describes them, without optimization: with fractions, book by book.
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
