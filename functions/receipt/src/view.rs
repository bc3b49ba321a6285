//! The page of the receipt.

use domain::{
    base::{calendar, format, money::Won},
    order::{
        Order, Payment, PaymentStatus,
        refund::{Progress, Refund, RefundReason},
    },
};
use jiff::Timestamp;
use maud::{Markup, html};
use web::{Page, Request, Shop, Words, say};

use crate::{Sums, is_shown};

pub(crate) fn page(request: &Request, order: &Order, shop: &Shop) -> Page {
    let sums = Sums::of(order);
    let body = html! {
        h1 { (say!(request, "영수증", "Receipt")) }
        section data-order=(order.id) data-state=(order.state.name()) {
            (facts(request, order, shop))
            (paid(request, order))
            @if order.refunds.iter().any(is_shown) { (refunded(request, order, &sums)) }
            (culture(request, order, &sums))
            @if let Some(receipt) = provider_receipt(order) {
                p { a href=(receipt) rel="noreferrer" { (say!(
                    request,
                    "결제사가 내는 영수증(매출전표) 보기",
                    "The payment provider’s own receipt"
                )) } }
            }
            p.plain { (say!(
                request,
                "책의 이름은 이 종이에 적지 않습니다. 꾸러미를 펼칠 때까지 비밀입니다.",
                "The title of the book is not on this page. It stays a secret until you open the parcel."
            )) }
        }
        p.noprint { a.door.quiet data-onward href=(format!("/window/{}", order.id)) {
            (say!(request, "주문 상태 보기", "See the order"))
        } }
    };
    Page::new("receipt", say!(request, "영수증", "Receipt")).body(body)
}

fn facts(request: &Request, order: &Order, shop: &Shop) -> Markup {
    html! {
        dl.facts {
            div { dt { (say!(request, "주문 번호", "Order")) } dd { (order.id) } }
            @if let Some(paid) = order.paid_at() {
                div {
                    dt { (say!(request, "결제한 때", "Paid at")) }
                    dd { time datetime=(paid) { (with_year(request, paid)) } }
                }
            }
            div { dt { (say!(request, "판매자", "Sold by")) } dd {
                (shop.name) " · " (say!(request, "사업자등록번호", "business number")) " "
                span.nowrap { (shop.business_number) }
            } }
        }
    }
}

/// An instant with its year, because a receipt is kept.
fn with_year(request: &Request, at: Timestamp) -> Words {
    let (year, clock) = (calendar::today(at).year(), format::date_time(at, request.language));
    say!(request, "{year}년 {clock}", "{clock} ({year})")
}

fn row(request: &Request, title: &str, amount: Won) -> Markup {
    html! { tr { th scope="row" { (title) } td { (request.won(amount)) } } }
}

/// What was paid, by item.
fn paid(request: &Request, order: &Order) -> Markup {
    let book = say!(
        request,
        "책 한 권 (정가 {up_to}원까지, 면세)",
        "One book (range up to ₩{up_to}, free of VAT)",
        up_to = order.price.range.up_to()
    );
    html! {
        h2 { (say!(request, "결제 금액", "What you paid")) }
        table.sum {
            tbody {
                (row(request, &book, order.price.book))
                (row(request, &say!(request, "책 고르는 삯", "Choosing fee"), order.price.service))
                (row(request, &say!(request, "배송비", "Postage"), order.price.postage))
            }
            tfoot { (row(request, &say!(request, "모두", "Total"), order.total)) }
        }
        (taxes(request, order))
    }
}

/// What the shop has of it by its taxes, as the provider's receipts say it.
fn taxes(request: &Request, order: &Order) -> Markup {
    let left = order.taxed_left();
    html! {
        p.hint data-taxes { (say!(
            request,
            "가게에 남은 값 가운데 면세 {free}원, 과세 {taxable}원(부가세가 들어 있습니다).",
            "Of what the shop keeps, ₩{free} are free of VAT and ₩{taxable} contain it.",
            free = left.tax_free,
            taxable = left.taxable
        )) }
    }
}

/// What was refunded or is promised, and what remains.
fn refunded(request: &Request, order: &Order, sums: &Sums) -> Markup {
    let kept = say!(request, "가게에 남은 값", "What the shop keeps");
    html! {
        h2 { (say!(request, "돌려드린 돈", "What goes back to you")) }
        table.sum {
            tbody {
                @for refund in order.refunds.iter().filter(|refund| is_shown(refund)) {
                    tr {
                        th scope="row" {
                            (reason(request, refund)) br;
                            span.hint { (progress(request, refund)) }
                        }
                        td { "−" (request.won(refund.amount)) }
                    }
                }
            }
            tfoot { (row(request, &kept, sums.kept)) }
        }
        @if order.kept() > Won::ZERO {
            p.hint { (say!(
                request,
                "이 가운데 {kept}원은 반품 배송비입니다.",
                "₩{kept} of it is the postage of the book’s way back.",
                kept = order.kept()
            )) }
        }
    }
}

fn reason(request: &Request, refund: &Refund) -> Words {
    match refund.why {
        RefundReason::Difference => say!(
            request,
            "보낸 책의 정가와의 차액",
            "Difference to the list price of the book sent"
        ),
        RefundReason::Cancelled => say!(request, "취소하신 주문", "Order cancelled"),
        RefundReason::PaidTooLate => {
            say!(request, "취소하신 뒤에 끝난 결제", "Payment after cancelling")
        }
        RefundReason::NoPlace => say!(request, "자리가 나간 주문", "No book was left"),
        RefundReason::Withdrawn => say!(request, "돌려보내신 책", "Book sent back"),
        RefundReason::LostInPost => say!(request, "배송 중에 없어진 책", "Parcel lost in the post"),
        RefundReason::Owner => say!(request, "주인장이 돌려드림", "Given back by the owner"),
    }
}

fn progress(request: &Request, refund: &Refund) -> Words {
    match &refund.progress {
        Progress::AwaitingBankDetails => say!(
            request,
            "계좌를 알려 주신 날부터 영업일 3일 안에 돌려드립니다",
            "within 3 working days of the day on which you name an account"
        ),
        Progress::ByHand { day, .. } => say!(
            request,
            "{day}에 주인장이 손수 돌려드렸습니다",
            "sent by the owner on {day}",
            day = request.date(*day)
        ),
        Progress::Done { done_at } => say!(
            request,
            "{at}에 돌려드렸습니다",
            "went back {at}",
            at = with_year(request, *done_at)
        ),
        Progress::Requested { requested_at } => say!(
            request,
            "{at}에 은행에 보내 달라고 했습니다",
            "the bank was asked to send it {at}",
            at = with_year(request, *requested_at)
        ),
        _ => say!(request, "{by}까지 돌려드립니다", "by {by}", by = request.date(refund.by)),
    }
}

/// The part of the payment that counts for the income deduction for culture (문화비 소득공제,
/// 조세특례제한법 제126조의2).
fn culture(request: &Request, order: &Order, sums: &Sums) -> Markup {
    let books =
        say!(request, "도서 구입비 (공제 대상 품목)", "Books (the part that may be deducted)");
    let rest = say!(request, "그 밖 (대상 아님)", "The rest (not deductible)");
    let settled = order.choice.is_some() || sums.kept == Won::ZERO;
    html! {
        h2 { (say!(request, "문화비 소득공제", "Income deduction for culture")) }
        table.sum { tbody {
            (row(request, &books, sums.culture))
            (row(request, &rest, sums.kept.saturating_sub(sums.culture)))
        } }
        p.hint { @if settled { (say!(
            request,
            "공제에는 소득과 결제 수단, 한도의 조건이 있습니다. 결제사가 내는 영수증과 함께 간직해 두십시오.",
            "The deduction depends on income, means of payment and limits. Keep this with the provider’s own receipt."
        )) } @else { (say!(
            request,
            "아직 책을 고르기 전이라 폭에서 가장 높은 정가로 적었습니다. 책이 정해지면 그 정가로 바뀝니다.",
            "The book is not chosen yet, so this is the upper end of the range. It becomes the book’s list price once it is."
        )) } }
        @if sums.book > sums.culture && sums.kept > Won::ZERO { p.hint { (say!(
            request,
            "돌려드린 돈만큼 책값에서 뺐습니다.",
            "What went back to you was taken off the price of the book."
        )) } }
    }
}

/// The address of the provider's own receipt.
fn provider_receipt(order: &Order) -> Option<&str> {
    match &order.payment {
        Some(Payment { outcome: PaymentStatus::Done { receipt: Some(receipt), .. }, .. }) => {
            Some(receipt)
        }
        _ => None,
    }
}
