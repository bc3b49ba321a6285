//! The account that a bank transfer is refunded to. It is asked for only when money is to go back,
//! kept with the order until then, and sent to the payment provider only. The owner sees it if the
//! provider refuses the refund.

use domain::{
    base::money::Won,
    order::{
        Order,
        bank_transfer::{Bank, NotAnAccount, RefundTo},
        letter::Letter,
        refund::Progress,
    },
};
use jiff::Timestamp;
use maud::{Markup, html};
use store::{Commit, Decision, OrderCommit, Versioned};
use web::{
    Access, Page, Problem, Reply, Request, StatusCode, Words,
    field::{self, Field},
    proof, say,
};

use crate::{Asker, Change, keep, view::frame};

/// The form field that is set if the form names an account and cancels nothing.
pub(crate) const ONLY: &str = "only";

/// Whether cancelling this order needs an account.
pub(crate) fn is_needed(order: &Order) -> bool {
    order.by_bank_transfer() && order.refundable() > Won::ZERO && order.refund_to.is_none()
}

/// The account in the form.
pub(crate) fn read(request: &Request) -> Result<RefundTo, Vec<Problem>> {
    let typed = |name: &'static str| request.form.typed(name);
    RefundTo::typed(typed("bank"), typed("account"), typed("holder"))
        .map_err(|wrong| wrong.into_iter().map(|what| problem(request, what)).collect())
}

fn problem(request: &Request, what: NotAnAccount) -> Problem {
    let (field, message) = match what {
        NotAnAccount::Bank => {
            ("bank", say!(request, "은행을 골라 주십시오.", "Please choose the bank."))
        }
        NotAnAccount::Number => (
            "account",
            say!(
                request,
                "계좌 번호를 숫자로 적어 주십시오. 8자리에서 20자리입니다.",
                "Please write the account number in digits, 8 to 20 of them."
            ),
        ),
        NotAnAccount::Holder => (
            "holder",
            say!(
                request,
                "예금주를 은행에 적힌 대로 60자까지 적어 주십시오.",
                "Please write the account holder as the bank knows them, up to 60 characters."
            ),
        ),
    };
    Problem { field, message }
}

/// Sets the account for refunds that wait for one.
pub(crate) fn name(asker: &Asker<'_>, order: &Versioned<Order>) -> Decision<(Change, Reply)> {
    let Asker { request, access, proved } = *asker;
    // A second click, or another tab; or the account is wanted since a moment.
    if !order.value.wants_account() || !proved {
        return keep(Reply::see(format!("/cancel/{}", order.value.id)));
    }
    let account = match read(request) {
        Ok(account) => account,
        Err(problems) => {
            let page = page(request, &order.value, access, &problems);
            return keep(page.status(StatusCode::UNPROCESSABLE_ENTITY));
        }
    };
    let step = order.value.clone().refunds_go_to(account.clone(), request.now);
    let reply = Reply::see(format!("/window/{}", order.value.id));
    let commit = told(Commit::of(order, &step), &step.order, Some(&account), request.now);
    Decision::write(commit, (Change::AccountNamed, reply))
}

/// The commit with the letter that tells of an account that was named.
pub(crate) fn told(
    commit: OrderCommit,
    order: &Order,
    named: Option<&RefundTo>,
    now: Timestamp,
) -> OrderCommit {
    match named {
        Some(account) => {
            let name = format!("account{}", order.messages);
            commit.with_letter(&Letter::account_named(order, account, now), &name)
        }
        None => commit,
    }
}

/// The page that asks for nothing but the account.
pub(crate) fn page(request: &Request, order: &Order, access: Access, problems: &[Problem]) -> Page {
    let body = html! {
        h1 { (say!(request, "돌려받으실 계좌", "The account for your money")) }
        section data-order=(order.id) data-state=(order.state.name()) {
            (field::summary(problems, request.language))
            (form(request, order, access, problems))
        }
        p { a.door.quiet href=(format!("/window/{}", order.id)) {
            (say!(request, "창으로 돌아가기", "Back to the window"))
        } }
    };
    frame(request, body)
}

/// The form for the account of refunds that wait for one.
pub(crate) fn form(
    request: &Request,
    order: &Order,
    access: Access,
    problems: &[Problem],
) -> Markup {
    let waiting =
        order.refunds.iter().filter(|refund| refund.progress == Progress::AwaitingBankDetails);
    let amount: Won = waiting.map(|refund| refund.amount).sum();
    html! {
        p { (say!(
            request,
            "{amount}원을 돌려드려야 합니다. 계좌를 적어 주신 날부터 영업일 3일 안에 보내 드립니다.",
            "₩{amount} is to go back to you. It is sent within 3 working days of the day on which you name an account."
        )) }
        form method="post" action=(format!("/cancel/{}", order.id)) data-onward {
            input type="hidden" name=(ONLY) value="account";
            (fields(request, problems))
            @if let Some(proof) = proof::field(request, access, problems) { (proof) }
            button { (say!(request, "이 계좌로 받기", "Send it to this account")) }
        }
    }
}

/// The three fields of an account.
pub(crate) fn fields(request: &Request, problems: &[Problem]) -> Markup {
    let text =
        |name: &'static str, label: Words| Field::text(name, label).value(request.form.typed(name));
    html! {
        fieldset {
            legend { (say!(request, "돌려받으실 계좌", "The account for your money")) }
            p.hint { (say!(
                request,
                "계좌로 입금하신 돈은 계좌로만 돌려드릴 수 있습니다. 적어 주신 계좌는 결제사에만 보내고, 돈이 돌아가면 지웁니다.",
                "Money that came by a deposit can go back to an account only. We send yours to the payment provider alone, and forget it once the money is back."
            )) }
            (bank(request, problems))
            (text("account", say!(request, "계좌 번호", "Account number"))
                .mode("numeric")
                .markup(problems))
            (text("holder", say!(request, "예금주", "Account holder")).markup(problems))
        }
    }
}

fn bank(request: &Request, problems: &[Problem]) -> Markup {
    let problem = problems.iter().find(|problem| problem.field == "bank");
    let chosen = request.form.typed("bank");
    html! {
        div.field {
            label for="bank" { (say!(request, "은행", "Bank")) }
            select id="bank" name="bank" aria-required="true"
                aria-invalid=[problem.map(|_| "true")]
                aria-describedby=[problem.map(|_| "bank-problem")] {
                option value="" { (say!(request, "고르기", "Choose")) }
                @for bank in Bank::all() {
                    option value=(bank.code()) selected[bank.code() == chosen] {
                        (bank.name(request.language))
                    }
                }
            }
            @if let Some(problem) = problem { p.problem id="bank-problem" { (problem.message) } }
        }
    }
}

/// That a refund waits for an account.
pub(crate) fn awaited(request: &Request, amount: Won) -> Words {
    say!(
        request,
        "{amount}원을 돌려받으실 계좌를 알려 주시면, 그날부터 영업일 3일 안에 돌려드립니다.",
        "₩{amount} goes back to you within 3 working days of the day on which you name an account."
    )
}
