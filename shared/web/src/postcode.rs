//! The search for a postcode, as an addition to the fields of an address: the script of Kakao's
//! postcode service (카카오 우편번호 서비스), or of a stand-in with the same interface.
//!
//! The page is complete without it. Nothing of the service is loaded before the reader asks for it,
//! and only the two pages with an address allow its origin.

use maud::{Markup, html};
use platform::{Environment, Init, InitError, Platform};

use crate::{AppState, HandlerState, Page, Request, Script, say};

/// Where the search is, if it is on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PostcodeSearch {
    script: Option<String>,
}

/// What a page with the fields of an address needs.
pub struct AddressState {
    /// What every page has.
    pub app: AppState,
    /// The search for a postcode.
    pub postcodes: PostcodeSearch,
}

impl Init for AddressState {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        let postcodes = PostcodeSearch::from_environment(&platform.environment);
        Ok(Self { postcodes, app: AppState::init(platform).await? })
    }
}

impl HandlerState for AddressState {
    fn app(&self) -> &AppState {
        &self.app
    }
}

impl PostcodeSearch {
    /// The search whose script `POSTCODE_SCRIPT_URL` names; without one it is off.
    pub fn from_environment(environment: &Environment) -> Self {
        Self { script: environment.optional("POSTCODE_SCRIPT_URL").map(ToOwned::to_owned) }
    }

    /// The page with the search, if it is on.
    #[must_use]
    pub fn on(&self, page: Page) -> Page {
        match &self.script {
            Some(script) => {
                page.searches_postcodes(script).script(Script::Inline(include_str!("postcode.js")))
            }
            None => page,
        }
    }

    /// The button and the place where the search opens. They show themselves by script alone.
    pub(crate) fn markup(&self, request: &Request) -> Markup {
        let Some(script) = &self.script else { return Markup::default() };
        let filled = say!(
            request,
            "우편번호와 주소를 채웠습니다. 나머지 주소를 적어 주십시오.",
            "Postcode and address are filled in. Please add the flat or floor."
        );
        let failed = say!(
            request,
            "주소 찾기를 열지 못했습니다. 아래에 직접 적으시면 됩니다.",
            "The search could not be opened. Please write the address below."
        );
        html! {
            div id="postcode-search" hidden data-script=(script) data-filled=(filled)
                data-failed=(failed) {
                button.quiet type="button" aria-expanded="false" aria-controls="postcode-pane"
                    aria-describedby="postcode-service" {
                    (say!(request, "주소 찾기", "Search for the address"))
                }
                span.hint id="postcode-service" { (say!(
                    request,
                    "누르시면 카카오의 우편번호 서비스가 열리고, 찾으시는 말을 카카오가 받습니다. 직접 적으셔도 됩니다.",
                    "It opens Kakao’s postcode service (in Korean), which gets what you search for. You can also write the address yourself."
                )) }
                div id="postcode-pane" hidden tabindex="-1" role="region"
                    aria-label=(say!(request, "우편번호 찾기", "Postcode search")) {}
                p.hint role="status" {}
            }
        }
    }
}
