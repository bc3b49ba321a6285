//! 영수증: what was paid for what, what went back, and what is left of it, on one page to print. Only
//! the order's reader sees it. Which book it was for stands nowhere: the title is the reader's to
//! find in the parcel. Once a book is chosen its 정가 is told, as the letter about the choice tells
//! it.

use std::sync::Arc;

use domain::{
    base::{calendar, id::OrderId, money::Won, text::Language},
    order::{
        Order, Payment, PaymentStatus, letter,
        refund::{Progress, Refund, RefundReason},
    },
};
use maud::{Markup, html};
use web::{AppState, Method, Page, Refusal, Reply, Request, Shop, say};

/// Serves `/receipt/{order}`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    if request.method == Method::Post {
        return Err(Refusal::MethodNotAllowed);
    }
    let visitor = request.visitor()?;
    let id: OrderId =
        request.parameter("order").and_then(|id| id.parse().ok()).ok_or(Refusal::NotFound)?;
    // Another's order is not there, and of one that was never paid there is no receipt.
    let order = app.store.order(id).await?.map(|order| order.value);
    let order = order.filter(|order| {
        order.visitor == visitor && order.paid_at.is_some() && !order.transfer_is_reversed()
    });
    Ok(page(&request, &order.ok_or(Refusal::NotFound)?, &app.shop).into())
}

/// What a receipt counts.
struct Sums {
    /// What the book is charged with: the upper end of the range, less the difference.
    book: Won,
    /// What the shop has kept in the end.
    kept: Won,
    /// What of it is the price of a book (문화비).
    culture: Won,
}

impl Sums {
    fn of(order: &Order) -> Self {
        let back = |counts: fn(&Refund) -> bool| -> Won {
            let refunds =
                order.refunds.iter().filter(|refund| went_or_goes(refund) && counts(refund));
            refunds.map(|refund| refund.amount).sum()
        };
        let difference = back(|refund| refund.why == RefundReason::Difference);
        let kept = order.total.saturating_sub(back(|_| true));
        let book = order.price.book.saturating_sub(difference);
        // What went back for another reason comes off the book first, so that never more is called
        // a book than was kept.
        let other = back(|refund| refund.why != RefundReason::Difference);
        let culture = book.saturating_sub(other).min(kept);
        Self { book, kept, culture }
    }
}

/// Whether a refund is the reader's money again, or is promised to be. One that the provider would
/// not do is the owner's to settle.
const fn went_or_goes(refund: &Refund) -> bool {
    !matches!(refund.progress, Progress::Superseded | Progress::NeedsOwner { .. })
}

fn won(request: &Request, amount: Won) -> String {
    say!(request, format!("{amount}원"), format!("₩{amount}"))
}

/// A day with its year: a receipt is kept.
fn dated(at: jiff::Timestamp, language: Language) -> String {
    let day = calendar::today(at);
    match language {
        Language::Ko => format!("{}년 {}", day.year(), letter::clock(at, language)),
        Language::En => format!("{} ({})", letter::clock(at, language), day.year()),
    }
}

fn page(request: &Request, order: &Order, shop: &Shop) -> Page {
    let sums = Sums::of(order);
    let body = html! {
        h1 { (say!(request, "영수증", "Receipt")) }
        section data-order=(order.id) data-state=(order.state.name()) {
            dl.facts {
                div { dt { (say!(request, "주문 번호", "Order")) } dd { (order.id) } }
                @if let Some(paid) = order.paid_at {
                    div { dt { (say!(request, "결제한 때", "Paid at")) } dd { time datetime=(paid) { (dated(paid, request.language)) } } }
                }
                div { dt { (say!(request, "판매자", "Sold by")) } dd {
                    (shop.name) " · " (say!(request, "사업자등록번호", "business number")) " " span.nowrap { (shop.business_number) }
                } }
            }
            (paid_for(request, order))
            @if order.refunds.iter().any(went_or_goes) { (gone_back(request, order, &sums)) }
            (culture(request, order, &sums))
            @if let Some(receipt) = at_the_provider(order) {
                p { a href=(receipt) rel="noreferrer" { (say!(request, "결제사가 내는 영수증(매출전표) 보기", "The payment provider's own receipt")) } }
            }
            p.plain { (say!(
                request,
                "책의 이름은 이 종이에 적지 않습니다. 꾸러미를 펼칠 때까지 비밀입니다.",
                "The title of the book is not on this page. It stays a secret until you open the parcel."
            )) }
        }
        p.noprint { a.door.quiet data-onward href=(format!("/window/{}", order.id)) { (say!(request, "창으로 보기", "See it from the window")) } }
    };
    Page::new("receipt", say!(request, "영수증", "Receipt")).body(body)
}

fn row(request: &Request, title: &str, amount: Won) -> Markup {
    html! { tr { th scope="row" { (title) } td { (won(request, amount)) } } }
}

/// What was paid, item by item.
fn paid_for(request: &Request, order: &Order) -> Markup {
    let book = say!(
        request,
        format!("책 한 권 (정가 {}원까지, 면세)", order.price.range.up_to()),
        format!("One book (range up to ₩{}, free of VAT)", order.price.range.up_to())
    );
    html! {
        h2 { (say!(request, "내신 값", "What you paid")) }
        table.sum {
            tbody {
                (row(request, &book, order.price.book))
                (row(request, say!(request, "고르는 값", "The choosing"), order.price.service))
                (row(request, say!(request, "우송료", "Postage"), order.price.postage))
            }
            tfoot { (row(request, say!(request, "모두", "In all"), order.total)) }
        }
    }
}

/// What went back, or is on its way, and what is left.
fn gone_back(request: &Request, order: &Order, sums: &Sums) -> Markup {
    html! {
        h2 { (say!(request, "돌려드린 돈", "What goes back to you")) }
        table.sum {
            tbody {
                @for refund in order.refunds.iter().filter(|refund| went_or_goes(refund)) {
                    tr {
                        th scope="row" { (because(request, refund)) br; span.hint { (when(request, refund)) } }
                        td { "−" (won(request, refund.amount)) }
                    }
                }
            }
            tfoot { (row(request, say!(request, "가게에 남은 값", "What the shop keeps"), sums.kept)) }
        }
        @if order.kept() > Won::ZERO {
            p.hint { (say!(
                request,
                format!("이 가운데 {}원은 책이 돌아온 우송료입니다.", order.kept()),
                format!("₩{} of it is the postage of the book's way back.", order.kept())
            )) }
        }
    }
}

fn because(request: &Request, refund: &Refund) -> &'static str {
    match refund.why {
        RefundReason::Difference => {
            say!(
                request,
                "보낸 책의 정가와의 차액",
                "Difference to the list price of the book sent"
            )
        }
        RefundReason::Cancelled => say!(request, "무르신 주문", "Order cancelled"),
        RefundReason::PaidTooLate => {
            say!(request, "무르신 뒤에 끝난 결제", "Payment after cancelling")
        }
        RefundReason::NoPlace => say!(request, "자리가 나간 주문", "No book was left"),
        RefundReason::Withdrawn => say!(request, "돌려보내신 책", "Book sent back"),
        RefundReason::Owner => say!(request, "주인장이 돌려드림", "Given back by the owner"),
    }
}

fn when(request: &Request, refund: &Refund) -> String {
    if refund.progress == Progress::AwaitingBankDetails {
        return say!(
            request,
            "계좌를 알려 주신 날부터 영업일 3일 안에 돌려드립니다",
            "within 3 working days of the day on which you name an account"
        )
        .to_owned();
    }
    if let Progress::ByHand { day, .. } = &refund.progress {
        let day = letter::date(*day, request.language);
        return say!(
            request,
            format!("{day}에 주인장이 손수 돌려드렸습니다"),
            format!("sent by the owner on {day}")
        );
    }
    if let Progress::Done { done_at } = &refund.progress {
        let at = dated(*done_at, request.language);
        return say!(request, format!("{at}에 돌려드렸습니다"), format!("went back {at}"));
    }
    let by = letter::date(refund.by, request.language);
    say!(request, format!("{by}까지 돌려드립니다"), format!("by {by}"))
}

/// The mark for 문화비 소득공제 (조세특례제한법 제126조의2): what of the sum is the price of a book.
fn culture(request: &Request, order: &Order, sums: &Sums) -> Markup {
    let settled = order.choice.is_some() || sums.kept == Won::ZERO;
    html! {
        h2 { (say!(request, "문화비 소득공제", "Income deduction for culture")) }
        table.sum { tbody {
            (row(request, say!(request, "도서 구입비 (공제 대상 품목)", "Books (the part that may be deducted)"), sums.culture))
            (row(request, say!(request, "그 밖 (대상 아님)", "The rest (not deductible)"), sums.kept.saturating_sub(sums.culture)))
        } }
        p.hint { (if settled { say!(
            request,
            "공제에는 소득과 결제 수단, 한도의 조건이 있습니다. 결제사가 내는 영수증과 함께 간직해 두십시오.",
            "The deduction depends on income, means of payment and limits. Keep this with the provider's own receipt."
        ) } else { say!(
            request,
            "아직 책을 고르기 전이라 폭에서 가장 높은 정가로 적었습니다. 책이 정해지면 그 정가로 바뀝니다.",
            "The book is not chosen yet, so this is the upper end of the range. It becomes the book's list price once it is."
        ) }) }
        @if sums.book > sums.culture && sums.kept > Won::ZERO { p.hint { (say!(
            request,
            "돌려드린 돈만큼 책값에서 뺐습니다.",
            "What went back to you was taken off the price of the book."
        )) } }
    }
}

/// The provider's receipt page.
fn at_the_provider(order: &Order) -> Option<&str> {
    match &order.payment {
        Some(Payment { outcome: PaymentStatus::Done { receipt: Some(receipt), .. }, .. }) => {
            Some(receipt)
        }
        _ => None,
    }
}
