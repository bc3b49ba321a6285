use super::*;
use crate::{
    catalog::{isbn::Isbn, selection::Chooser},
    order::parcel::Carrier,
};

pub(crate) fn noon() -> Timestamp {
    "2026-11-23T12:00:00+09:00".parse().unwrap()
}

pub(crate) fn order() -> Order {
    let address = Address {
        recipient: Sensitive::new("윤동주".into()),
        phone: Sensitive::new("0212345678".into()),
        postcode: Sensitive::new("03134".into()),
        street: Sensitive::new("서울시 종로구 창의문로 119".into()),
        detail: Sensitive::default(),
    };
    let (id, visitor) = (OrderId::new(1, 1), VisitorId::new(1, 1));
    let promised = calendar::promised_date(noon());
    Order::new(id, visitor, Language::Ko, PriceRange::Middle, address, promised, noon())
}

/// An order for which the provider was asked to take the money.
pub(crate) fn asked() -> Order {
    let payment = Payment::asked("k".parse().unwrap(), noon());
    Order { payment: Some(payment), ..order() }
}

pub(crate) fn paid() -> Order {
    asked().paid(None, noon()).unwrap().order
}

pub(crate) fn choice() -> Choice {
    let isbn: Isbn = "9788937460005".parse().unwrap();
    Choice {
        work: isbn.as_str().to_owned().try_into().unwrap(),
        isbn,
        copy: 1,
        list_price: Won(15_000),
        reason: "주인장이 가장 아끼는 책입니다.".into(),
        title: "책".to_owned(),
        because: None,
        by: Chooser::Rules,
    }
}

pub(crate) fn chosen(paid: Order) -> Order {
    paid.choosing(None, noon()).unwrap().chosen(choice(), noon()).unwrap().order
}

pub(crate) fn parcel() -> Parcel {
    Parcel::new(Carrier::Cj, "1234567890", None).unwrap()
}

/// The step in which the parcel of a paid order is handed over; its sixth message refunds the price
/// difference.
pub(crate) fn handed_over(paid: Order) -> Step {
    chosen(paid).handed_over(parcel(), noon()).unwrap()
}

#[test]
fn debug_output_contains_no_personal_data() {
    let debug = format!("{:?}", order());
    for personal in ["윤동주", "0212345678", "창의문로", "03134"] {
        assert!(!debug.contains(personal), "{personal} in {debug}");
    }
}

#[test]
fn a_payment_key_may_be_asked_again_and_another_only_after_a_refusal() {
    let asked = asked();
    let may = |order: &Order, key: &str| {
        order.may_be_asked(order.visitor, &key.parse().unwrap(), order.total, noon())
    };
    assert!(may(&order(), "k") && may(&asked, "k") && !may(&asked, "other"));
    let refused = asked.clone().payment_refused("REJECT_CARD_COMPANY", noon());
    assert!(may(&refused, "other"));
    let (other, key) = (VisitorId::new(9, 9), &"k".parse().unwrap());
    assert!(!asked.may_be_asked(other, key, asked.total, noon()));
    assert!(!asked.may_be_asked(asked.visitor, key, Won(1), noon()));
    assert!(!asked.may_be_asked(asked.visitor, key, asked.total, asked.held_until));
    assert!(!may(&paid(), "k"));
}
