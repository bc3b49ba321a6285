//! The search for a postcode at the counter, with script, against the stand-in.

use http::Method;
use local::run::Running;
use serde_json::{Value as Json, json};

use crate::{sign, steps::by_plain_doors, tab::Browser};

/// The requests of the page that went to the service.
const ASKED: &str = "return performance.getEntriesByType('resource')
    .filter(one => one.name.includes('postcode.v2.js')).length";

impl Browser {
    /// Goes into a frame of the page, or out to the page.
    async fn frame(&self, css: Option<&str>) {
        let id = match css {
            Some(css) => {
                json!({ "element-6066-11e4-a52e-4f735466cecf": self.wait_for(css).await })
            }
            None => Json::Null,
        };
        let path = format!("/session/{}/frame", self.session);
        self.ask(Method::POST, &path, &json!({ "id": id })).await.unwrap();
    }

    async fn value(&self, field: &str) -> Json {
        self.run(&format!("return document.querySelector('[name={field}]').value")).await
    }
}

pub(crate) async fn found_by_a_search(phone: &Browser, shop: &Running) {
    by_plain_doors(phone, shop).await;
    sign(phone).await;
    phone.arrives("letter").await;
    phone.write("[name=letter]", "비가 옵니다.").await;
    phone.onward().await;
    phone.arrives("counter").await;
    phone.write("[name=recipient]", "김읽는이").await;
    phone.write("[name=detail]", "2층").await;
    assert_eq!(phone.run(ASKED).await, 0, "nothing is asked before it is wanted");

    // The same button opens and closes it.
    let open = "const pane = document.getElementById('postcode-pane');
        return !pane.hidden && pane.children.length === 1";
    for opened in [true, false, true] {
        phone.click("#postcode-search button").await;
        if opened {
            phone.wait_for("#postcode-pane iframe").await;
        }
        assert_eq!(phone.run(open).await, opened);
        let said = "return document.querySelector('#postcode-search button').ariaExpanded";
        assert_eq!(phone.run(said).await, opened.to_string().as_str());
    }
    assert_eq!(phone.run(ASKED).await, 1, "the script is loaded once");
    phone.look("counter-postcode").await;

    phone.frame(Some("#postcode-pane iframe")).await;
    phone.write("#q", "세종대로").await;
    phone.click("#found button").await;
    phone.frame(None).await;
    phone.wait_for("#postcode-pane[hidden]").await;
    for (field, text) in [
        ("postcode", "04524"),
        ("street", "서울 중구 세종대로 110 (태평로1가, 견본아파트)"),
        ("recipient", "김읽는이"),
        ("detail", "2층"),
    ] {
        assert_eq!(phone.value(field).await, text, "{field}");
    }
    assert_eq!(phone.run("return document.activeElement.name").await, "detail");
    assert!(phone.text_of("#postcode-search [role=status]").await.contains("채웠습니다"));
    // What the search filled in is kept like what is typed, also when the page is left at once.
    phone.open(&format!("{}/counter", shop.url())).await;
    phone.arrives("counter").await;
    assert_eq!(phone.value("postcode").await, "04524");
    assert_eq!(phone.value("recipient").await, "김읽는이");
}
