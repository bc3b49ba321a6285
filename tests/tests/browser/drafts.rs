//! Nothing typed is lost with script: the page saves what is typed, also when it is left at once.

use local::run::Running;

use crate::{
    sign,
    steps::by_plain_doors,
    tab::{Browser, COMES_WITHIN, LOOKS_EVERY},
};

/// Types into each form and leaves it without pressing anything.
pub(crate) async fn kept_while_they_are_typed(phone: &Browser, shop: &Running) {
    by_plain_doors(phone, shop).await;
    kept(phone, shop, "guestbook", "pen_name", "물억새").await;
    phone.run("document.querySelector('[name=pen_name]').value = ''").await;
    sign(phone).await;
    phone.arrives("letter").await;
    kept(phone, shop, "letter", "letter", "아직 다 쓰지 않은 편지").await;
    phone.onward().await;
    phone.arrives("counter").await;
    kept(phone, shop, "counter", "street", "서울시 종로구 창의문로 119").await;
    // The letter is sent, and its script saves it no more.
    phone.open(&format!("{}/letter", shop.url())).await;
    let sent = phone.arrives("letter").await;
    assert!(sent.first("#writing").is_none(), "{sent:?}");
}

async fn kept(phone: &Browser, shop: &Running, step: &str, field: &str, text: &str) {
    let css = format!("[name={field}]");
    let here = format!("{}/{step}", shop.url());
    phone.write(&css, text).await;
    // A little later the page says that it is saved.
    let began = std::time::Instant::now();
    let saved = "const kept = document.getElementById('kept'); \
                 return kept.textContent === kept.dataset.saved";
    while phone.run(saved).await != true {
        assert!(began.elapsed() < COMES_WITHIN, "{step} is not saved");
        tokio::time::sleep(LOOKS_EVERY).await;
    }
    phone.look(&format!("{step}-draft")).await;
    for (address, after) in [(here.clone(), "a reload"), (format!("{}/notice", shop.url()), "")] {
        // Left at once: the page saves while it goes.
        phone.write(&css, " …").await;
        phone.open(&address).await;
        if after.is_empty() {
            phone.arrives("notice").await;
            phone.open(&here).await;
        }
        let page = phone.arrives(step).await;
        let typed = phone.run(&format!("return document.querySelector('{css}').value")).await;
        let wanted =
            if after.is_empty() { format!("{text} … …") } else { format!("{text} …") };
        assert_eq!(typed, wanted.as_str(), "{step} after {after}: {page:?}");
    }
    // The language of the page changes, the text stays.
    for language in ["en", "ko"] {
        phone.write(&css, "!").await;
        phone.follow(&format!("nav.language button[lang={language}]")).await;
        let page = phone.arrives(step).await;
        assert_eq!(page.first("html").unwrap().attr("lang"), Some(language));
        if language == "en" {
            phone.look(&format!("{step}-draft-en")).await;
        }
    }
    let typed = phone.run(&format!("return document.querySelector('{css}').value")).await;
    assert_eq!(typed, format!("{text} … …!!").as_str(), "{step}");
}
