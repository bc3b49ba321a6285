//! What readers and the owner do: order, pay, cancel, return a book, refund, ship.

use bytes::Bytes;
use domain::base::calendar;
use serde_json::{Value, json};
use toss_standin::Method;
use walk::InProcess;

use super::{ACCOUNT, Ordered, PAID, Play, Reader};

impl Play {
    async fn post(&self, reader: &Reader, path: &str, body: String) -> String {
        let request = http::Request::post(path)
            .header("host", InProcess::AUTHORITY)
            .header("cookie", &reader.cookies)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(body))
            .unwrap();
        let answer = self.shop.system().request(request).await;
        let to = answer.headers().get("location").and_then(|to| to.to_str().ok());
        to.unwrap_or_default().to_owned()
    }

    /// Writes a letter and orders, if a place is free.
    pub(crate) async fn order(&mut self, reader: usize) {
        let to = self.at_the_counter(reader).await;
        self.note_order(reader, &to);
    }

    /// Sends the forms of a letter and an order. Returns where the second redirects to.
    pub(crate) async fn at_the_counter(&self, reader: usize) -> String {
        let reader = &self.readers[reader];
        self.post(reader, "/letter", "letter=A+long+autumn.".to_owned()).await;
        let promised = calendar::promised_date(self.shop.now());
        let form = format!(
            "range=middle&recipient=Kim&phone=0101234{}&postcode=03134&street=Hill+119&detail={}F&agreed=yes&promised={promised}",
            reader.proof(),
            reader.floor
        );
        self.post(reader, "/counter", form).await
    }

    pub(crate) fn note_order(&mut self, reader: usize, to: &str) {
        let Some(id) = to.strip_prefix("/pay/") else { return };
        if self.orders.iter().all(|order| order.id != id) {
            self.orders.push(Ordered { id: id.to_owned(), reader, tabs: Vec::new() });
        }
    }

    /// The name of an order at the payment service: a new one after each closed account.
    pub(crate) fn name(&self, which: usize) -> String {
        let id = &self.orders[which].id;
        match self.shop.order_item(id)["accounts_closed"]["N"]
            .as_str()
            .and_then(|closed| closed.parse::<u32>().ok())
        {
            Some(closed) => format!("{id}-{}", closed + 1),
            None => id.clone(),
        }
    }

    /// The payment key of an approved payment: of an open tab or a new one, by card or by bank
    /// transfer.
    pub(super) fn tab(&mut self, which: usize) -> Option<String> {
        if self.orders[which].tabs.is_empty() || self.random.below(4) == 0 {
            let method =
                if self.random.below(3) == 0 { Method::VirtualAccount } else { Method::Card };
            let tab = self.shop.standin().approve(&self.name(which), PAID, method);
            self.orders[which].tabs.extend(tab);
        }
        let order = &self.orders[which];
        if order.tabs.is_empty() { None } else { Some(self.random.one_of(&order.tabs).clone()) }
    }

    /// A card payment approved in a new tab.
    pub(crate) fn new_tab(&mut self, which: usize) -> Option<String> {
        let order = &mut self.orders[which];
        order.tabs.extend(self.shop.standin().approve(&order.id, PAID, Method::Card));
        order.tabs.last().cloned()
    }

    /// A virtual account requested in a new tab.
    pub(crate) fn new_account(&mut self, which: usize) -> Option<String> {
        self.shop.standin().approve(&self.orders[which].id, PAID, Method::VirtualAccount)
    }

    pub(crate) async fn pays_by_card(&mut self, which: usize) {
        let tab = self.new_tab(which);
        self.confirms(which, tab.as_ref()).await;
    }

    pub(crate) async fn pays(&mut self, which: usize) {
        let tab = self.tab(which);
        self.confirms(which, tab.as_ref()).await;
    }

    /// Sends the form that takes the money; without a tab the one that asks again.
    pub(crate) async fn confirms(&self, which: usize, tab: Option<&String>) {
        let order = &self.orders[which];
        let body = tab.map_or_else(String::new, |key| format!("payment_key={key}&amount={PAID}"));
        self.post(&self.readers[order.reader], &format!("/pay/{}", order.id), body).await;
    }

    pub(crate) async fn cancels(&self, which: usize) {
        let order = &self.orders[which];
        let reader = &self.readers[order.reader];
        let body = format!("{ACCOUNT}&proof={}", reader.proof());
        self.post(reader, &format!("/cancel/{}", order.id), body).await;
    }

    /// Names the account for the refund of a bank transfer.
    pub(super) async fn name_account(&self, which: usize) {
        let order = &self.orders[which];
        let reader = &self.readers[order.reader];
        let body = format!("only=account&{ACCOUNT}&proof={}", reader.proof());
        self.post(reader, &format!("/cancel/{}", order.id), body).await;
    }

    /// Asks to return the book.
    pub(super) async fn returns_the_book(&mut self, which: usize) {
        let reason = *self.random.one_of(&["mind_changed", "damaged"]);
        let order = &self.orders[which];
        let body = format!("reason={reason}&received={}", calendar::today(self.shop.now()));
        self.post(&self.readers[order.reader], &format!("/cancel/{}", order.id), body).await;
    }

    /// The owner refunds a part, or tries to.
    pub(crate) async fn owner_refunds(&mut self, which: usize) {
        let amount = 500 * (1 + self.random.below(3));
        let call = json!({ "order": self.orders[which].id, "amount": amount, "reason": "까닭" });
        self.owner_calls("owner-refund", call).await;
    }

    /// The owner packs the book, if it is chosen.
    pub(super) async fn owner_packs(&mut self, which: usize) {
        let call = json!({ "packed": [self.orders[which].id] });
        self.owner_calls("owner-pack", call).await;
    }

    /// The owner unpacks the parcel of an order that was cancelled.
    pub(super) async fn owner_unpacks(&mut self, which: usize) {
        let copy = *self.random.one_of(&["good", "good", "damaged", "lost"]);
        let call = json!({ "unpacked": [self.orders[which].id], "copy": copy });
        self.owner_calls("owner-pack", call).await;
    }

    /// The owner cancels, takes the choice back, or notes that the parcel was lost, if the order
    /// allows it. A copy taken back is as new, so that the copies can be counted.
    pub(super) async fn owner_takes_a_way_out(&mut self, which: usize) {
        let id = self.orders[which].id.clone();
        let times = self.shop.order(&id).anew.map_or(0, |anew| anew.times) + 1;
        let call = match self.random.below(4) {
            0 => json!({ "order": id, "cancel": { "reason": "까닭" } }),
            1 => json!({ "order": id, "in_the_post": "lost", "then": "refund" }),
            _ => json!({ "order": id, "choose_anew": { "copy": "good", "times": times } }),
        };
        self.owner_calls("owner-order", call).await;
    }

    /// The owner hands the parcel to the carrier, if the book is chosen.
    pub(super) async fn owner_ships(&mut self, which: usize) {
        let number = format!("{:010}", 1_000_000_000 + which);
        let parcel = json!({ "order": self.orders[which].id, "carrier": "cj", "number": number });
        self.owner_calls("owner-ship", json!({ "parcels": [parcel] })).await;
    }

    /// The owner notes that the book came back and can be sold again.
    pub(super) async fn book_comes_back(&mut self, which: usize) {
        let day = calendar::today(self.shop.now()).to_string();
        let call = json!({ "order": self.orders[which].id, "came_back": day, "copy": "good" });
        self.owner_calls("owner-refund", call).await;
    }

    /// Calls a function of the owner as a dry run, then with its code, once or twice.
    async fn owner_calls(&mut self, function: &str, call: Value) {
        let Ok(preview) = self.shop.system().invoke(function, call).await else { return };
        for _ in 0..=self.random.below(2) {
            if !walk::ready(&preview).is_null() {
                self.shop.system().invoke(function, walk::ready(&preview)).await.ok();
            }
        }
    }
}
