//! Every function of the template, built from its own parts. The one list of functions in code; a test holds it against the folders and the template.

use std::sync::Arc;

use cloud::{Clock, Cloud, Dice};

use crate::{Build, Function, Parts, adapt};

/// Builds a function by the name of its folder.
pub fn functions() -> Build {
    Arc::new(|name: &str, parts: Parts| build(name, parts))
}

fn build(name: &str, parts: Parts) -> Option<Function> {
    let now = parts.now;
    let dice = Dice::system().ok()?;
    let cloud = Cloud::new(parts.environment.into_iter().collect(), Clock::new(move || now()), dice, parts.http);
    Some(match name {
        "door" => adapt::http(web::function("door", cloud, door::handle)),
        "knock" => adapt::http(web::function("knock", cloud, knock::handle)),
        "study" => adapt::http(web::function("study", cloud, study::handle)),
        "guestbook" => adapt::http(web::function("guestbook", cloud, guestbook::handle)),
        "letter" => adapt::http(web::function("letter", cloud, letter::handle)),
        "counter" => adapt::http(web::function("counter", cloud, counter::handle)),
        "pay" => adapt::http(web::function("pay", cloud, pay::handle)),
        "window" => adapt::http(web::function("window", cloud, window::handle)),
        "mailbox" => adapt::http(web::function("mailbox", cloud, mailbox::handle)),
        "shelf" => adapt::http(web::function("shelf", cloud, shelf::handle)),
        "notice" => adapt::http(web::function("notice", cloud, notice::handle)),
        "choose" => adapt::event(post::queue("choose", cloud, choose::handle)),
        "pack" => adapt::event(post::queue("pack", cloud, pack::handle)),
        "ship" => adapt::event(post::queue("ship", cloud, ship::handle)),
        "ring" => adapt::event(post::queue("ring", cloud, ringer::handle)),
        "relay" => adapt::event(relay::function(cloud)),
        "sweep" => adapt::event(sweep::function(cloud)),
        "owner-shelve" => adapt::event(drawer::function("owner-shelve", cloud, owner_shelve::handle)),
        "owner-desk" => adapt::event(drawer::function("owner-desk", cloud, owner_desk::handle)),
        "owner-ship" => adapt::event(drawer::function("owner-ship", cloud, owner_ship::handle)),
        _ => return None,
    })
}
