//! The real functions, by their short names: the same services their binaries run, standing on the parts of a local
//! system.

use std::sync::Arc;

use cloud::{Clock, Cloud, Dice, Environment};

use crate::adapt::{event, http};
use crate::function::{Build, Function, Parts};

/// Builds each function of the house, with randomness from the operating system. `None` without any.
pub fn build() -> Option<Build> {
    Dice::system().ok().map(with)
}

/// Builds each function of the house with dice that fall the same way each time: for tests.
pub fn seeded(seed: [u8; 32]) -> Build {
    with(Dice::seeded(seed))
}

fn with(dice: Dice) -> Build {
    Arc::new(move |name: &str, parts: Parts| {
        let environment: Environment = parts.environment.into_iter().collect();
        let now = parts.now;
        function(name, Cloud::new(environment, Clock::new(move || now()), dice.clone(), parts.http))
    })
}

/// The function with a short name, standing on these parts. `None` if there is no such function.
pub fn function(name: &str, cloud: Cloud) -> Option<Function> {
    Some(match name {
        "door" => http(web::function("door", cloud, door::handle)),
        "knock" => http(web::function("knock", cloud, knock::handle)),
        "study" => http(web::function("study", cloud, study::handle)),
        "wait" => http(web::function("wait", cloud, wait::handle)),
        "bell" => http(web::function("bell", cloud, bell::handle)),
        "whisper" => http(web::function("whisper", cloud, whisper::handle)),
        "guestbook" => http(web::function("guestbook", cloud, guestbook::handle)),
        "letter" => http(web::function("letter", cloud, letter::handle)),
        "counter" => http(web::function("counter", cloud, counter::handle)),
        "pay" => http(web::function("pay", cloud, pay::handle)),
        "window" => http(web::function("window", cloud, window::handle)),
        "cancel" => http(web::function("cancel", cloud, cancel::handle)),
        "receipt" => http(web::function("receipt", cloud, receipt::handle)),
        "mailbox" => http(web::function("mailbox", cloud, mailbox::handle)),
        "bookmark" => http(web::function("bookmark", cloud, bookmark::handle)),
        "shelf" => http(web::function("shelf", cloud, shelf::handle)),
        "board" => http(web::function("board", cloud, board::handle)),
        "slip" => http(web::function("slip", cloud, slip::handle)),
        "notice" => http(web::function("notice", cloud, notice::handle)),
        "toss-webhook" => http(toss_webhook::function(cloud)),
        "relay" => event(relay::function(cloud)),
        "clerk" => event(clerk::function(cloud)),
        "sweep" => event(sweep::function(cloud)),
        "reconcile" => event(drawer::function("reconcile", cloud, reconcile::handle)),
        "choose" => event(post::queue("choose", cloud, choose::handle)),
        "pack" => event(post::queue("pack", cloud, pack::handle)),
        "ship" => event(post::queue("ship", cloud, ship::handle)),
        "refund" => event(post::queue("refund", cloud, refund::handle)),
        "ring" => event(post::queue("ring", cloud, ringer::handle)),
        "push" => event(push::function(cloud)),
        "owner-choose" => event(drawer::function("owner-choose", cloud, owner_choose::handle)),
        "owner-house" => event(drawer::function("owner-house", cloud, owner_house::handle)),
        "owner-letters" => event(drawer::function("owner-letters", cloud, owner_letters::handle)),
        "owner-redrive" => event(drawer::function("owner-redrive", cloud, owner_redrive::handle)),
        "owner-export" => event(drawer::function("owner-export", cloud, owner_export::handle)),
        "owner-taste" => event(drawer::function("owner-taste", cloud, owner_taste::handle)),
        "owner-shelve" => event(drawer::function("owner-shelve", cloud, owner_shelve::handle)),
        "owner-desk" => event(drawer::function("owner-desk", cloud, owner_desk::handle)),
        "owner-refund" => event(drawer::function("owner-refund", cloud, owner_refund::handle)),
        "owner-ship" => event(drawer::function("owner-ship", cloud, owner_ship::handle)),
        "owner-stuck" => event(drawer::function("owner-stuck", cloud, owner_stuck::handle)),
        _ => return None,
    })
}
