//! The real functions by their short names: the services that their binaries run, built on the
//! parts of a local system.

use std::sync::Arc;

use platform::{Clock, Environment, Platform, Random};

use crate::adapt::{event, http};
use crate::function::{Build, Function, Parts};

/// Builds each function, with random bytes of the operating system. `None` if it gives none.
pub fn build() -> Option<Build> {
    Random::system().ok().map(with)
}

/// Builds each function with a seeded random source, for tests.
pub fn seeded(seed: [u8; 32]) -> Build {
    with(Random::seeded(seed))
}

fn with(random: Random) -> Build {
    Arc::new(move |name: &str, parts: Parts| {
        let environment: Environment = parts.environment.into_iter().collect();
        let now = parts.now;
        function(
            name,
            Platform::new(environment, Clock::new(move || now()), random.clone(), parts.http)
                .with_slack(parts.slack),
        )
    })
}

/// Builds the function with a short name. `None` if there is none.
pub fn function(name: &str, platform: Platform) -> Option<Function> {
    Some(match name {
        "door" => http(web::function("door", platform, door::handle)),
        "knock" => http(web::function("knock", platform, knock::handle)),
        "study" => http(web::function("study", platform, study::handle)),
        "wait" => http(web::function("wait", platform, wait::handle)),
        "bell" => http(web::function("bell", platform, bell::handle)),
        "whisper" => http(web::function("whisper", platform, whisper::handle)),
        "guestbook" => http(web::function("guestbook", platform, guestbook::handle)),
        "letter" => http(web::function("letter", platform, letter::handle)),
        "counter" => http(web::function("counter", platform, counter::handle)),
        "pay" => http(web::function("pay", platform, pay::handle)),
        "window" => http(web::function("window", platform, window::handle)),
        "cancel" => http(web::function("cancel", platform, cancel::handle)),
        "receipt" => http(web::function("receipt", platform, receipt::handle)),
        "mailbox" => http(web::function("mailbox", platform, mailbox::handle)),
        "bookmark" => http(web::function("bookmark", platform, bookmark::handle)),
        "shelf" => http(web::function("shelf", platform, shelf::handle)),
        "notice" => http(web::function("notice", platform, notice::handle)),
        "toss-webhook" => http(toss_webhook::function(platform)),
        "relay" => event(relay::function(platform)),
        "figures" => event(figures::function(platform)),
        "report" => event(report::function(platform)),
        "sweep" => event(sweep::function(platform)),
        "reconcile" => event(admin::function("reconcile", platform, reconcile::handle)),
        "choose" => event(messaging::queue(platform, choose::handle)),
        "pack" => event(messaging::queue(platform, pack::handle)),
        "ship" => event(messaging::queue(platform, ship::handle)),
        "refund" => event(messaging::queue(platform, refund::handle)),
        "notify" => event(messaging::queue(platform, notify::handle)),
        "push" => event(push::function(platform)),
        "owner-choose" => event(admin::function("owner-choose", platform, owner_choose::handle)),
        "owner-house" => event(admin::function("owner-house", platform, owner_house::handle)),
        "owner-letters" => event(admin::function("owner-letters", platform, owner_letters::handle)),
        "owner-redrive" => event(admin::function("owner-redrive", platform, owner_redrive::handle)),
        "owner-export" => event(admin::function("owner-export", platform, owner_export::handle)),
        "owner-taste" => event(admin::function("owner-taste", platform, owner_taste::handle)),
        "owner-shelve" => event(admin::function("owner-shelve", platform, owner_shelve::handle)),
        "owner-desk" => event(admin::function("owner-desk", platform, owner_desk::handle)),
        "owner-refund" => event(admin::function("owner-refund", platform, owner_refund::handle)),
        "owner-pack" => event(admin::function("owner-pack", platform, owner_pack::handle)),
        "owner-ship" => event(admin::function("owner-ship", platform, owner_ship::handle)),
        "owner-stuck" => event(admin::function("owner-stuck", platform, owner_stuck::handle)),
        "find" => http(web::function("find", platform, find::handle)),
        "contact" => http(web::function("contact", platform, contact::handle)),
        "address" => http(web::function("address", platform, address::handle)),
        "owner-order" => event(admin::function("owner-order", platform, owner_order::handle)),
        "data" => http(web::function("data", platform, data::handle)),
        "owner-forget" => event(admin::function("owner-forget", platform, owner_forget::handle)),
        "office" => http(web::function("office", platform, office::handle)),
        "owner-office" => event(admin::function("owner-office", platform, owner_office::handle)),
        "poem" => http(web::function("poem", platform, poem::handle)),
        "last" => http(web::function("last", platform, last::handle)),
        "asset" => http(asset::function(&platform)),
        _ => return None,
    })
}
