//! What a handler returns: a page, a redirect or a script.

use domain::walk::session::Session;
use lambda_http::http::StatusCode;
use maud::{Markup, PreEscaped};

use crate::drawing::Drawing;

/// A response.
#[derive(Debug)]
pub enum Reply {
    /// A page.
    Page(Box<Page>),
    /// A draft is saved (204), for the script that saves it.
    Saved,
    /// The script of a service worker.
    Worker(&'static str),
    /// A drawing (SVG) with words in the reader's language.
    Picture(Markup),
    /// A file of the reader, to be saved.
    Download {
        /// Its name.
        name: String,
        /// Its media type.
        media_type: &'static str,
        /// Its content.
        bytes: Vec<u8>,
    },
    /// A redirect after a form (303), so that a reload does not send the form again.
    See {
        /// The path.
        path: String,
        /// Sets this session.
        session: Option<Session>,
        /// Opens this order on the device, for [`OPEN_FOR`](domain::order::finding::OPEN_FOR).
        found: Option<domain::base::id::OrderId>,
        /// Signs a device of the owner in, or out with an empty text.
        device: Option<String>,
    },
    /// The address is another one (308), with the same method and body.
    Moved {
        /// The path with its query.
        to: String,
    },
    /// A redirect (303) of a device that is left: it has no session and opens no order any more.
    Leave {
        /// The path.
        path: &'static str,
    },
}

impl Reply {
    /// A redirect (303).
    pub fn see(path: impl Into<String>) -> Self {
        Self::See { path: path.into(), session: None, found: None, device: None }
    }

    /// A redirect that sets a session.
    pub fn see_as(path: impl Into<String>, session: Session) -> Self {
        Self::See { path: path.into(), session: Some(session), found: None, device: None }
    }
}

impl From<Page> for Reply {
    fn from(page: Page) -> Self {
        Self::Page(Box::new(page))
    }
}

/// A script of a page. Every page also works without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Script {
    /// Inlined into the page under its nonce.
    Inline(&'static str),
    /// The payment provider's script. The page's policy allows its origin.
    Provider {
        /// The script's address.
        url: String,
    },
}

/// A page without its frame.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a mark of its own, set by its method")]
pub struct Page {
    pub(crate) step: &'static str,
    pub(crate) title: String,
    pub(crate) status: StatusCode,
    pub(crate) body: Markup,
    pub(crate) drawing: Option<Drawing>,
    pub(crate) plan: Option<Vec<PlanRoom>>,
    pub(crate) scripts: Vec<Script>,
    pub(crate) form_targets: Vec<String>,
    pub(crate) retry_after_seconds: Option<i64>,
    pub(crate) session: Option<Session>,
    pub(crate) secret: bool,
    pub(crate) private: bool,
    pub(crate) worker: bool,
    pub(crate) drafts: bool,
    pub(crate) carries: bool,
    pub(crate) postcodes: Option<String>,
    pub(crate) leaves: bool,
    pub(crate) office: Option<OfficeFrame>,
    pub(crate) device: Option<String>,
}

/// The frame of the owner's pages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OfficeFrame {
    /// The links of its head: path and name. None on the page that asks for a key.
    pub links: &'static [(&'static str, &'static str)],
    /// The path of the link to this page, if it is one of them.
    pub here: &'static str,
}

/// A room on the floor plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRoom {
    /// The name in the reader's language.
    pub name: String,
    /// The path, if the visitor may go there.
    pub path: Option<String>,
    /// Where it lies relative to the visitor.
    pub place: PlanPlace,
    /// The minutes it usually takes.
    pub minutes: Option<u32>,
}

/// Where a room lies relative to the visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanPlace {
    /// Passed.
    Behind,
    /// The visitor is here.
    Here,
    /// Not reached yet.
    Ahead,
}

impl Page {
    /// Whether the page is the same for everybody: the front page, the shelf, the notice.
    pub(crate) fn is_public(&self) -> bool {
        matches!(self.step, "door" | "shelf" | "notice" | "poem")
            && self.status == StatusCode::OK
            && !self.private
    }

    /// A page of a function. `title` is shown in the browser's tab.
    pub fn new(step: &'static str, title: impl Into<String>) -> Self {
        Self {
            step,
            title: title.into(),
            status: StatusCode::OK,
            body: PreEscaped(String::new()),
            drawing: None,
            plan: None,
            scripts: Vec::new(),
            form_targets: Vec::new(),
            retry_after_seconds: None,
            session: None,
            secret: false,
            private: false,
            worker: false,
            drafts: false,
            carries: false,
            postcodes: None,
            leaves: false,
            office: None,
            device: None,
        }
    }

    /// The content between the frame's header and footer.
    #[must_use]
    pub fn body(mut self, body: Markup) -> Self {
        self.body = body;
        self
    }

    /// Gives the page the frame of the owner's pages: Korean only, without the shop's plan and
    /// footer.
    #[must_use]
    pub fn office(mut self, frame: OfficeFrame) -> Self {
        self.office = Some(frame);
        self
    }

    /// Signs a device of the owner in.
    #[must_use]
    pub fn device(mut self, cookie: String) -> Self {
        self.device = Some(cookie);
        self
    }

    /// A status other than 200.
    #[must_use]
    pub const fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The page's drawing.
    #[must_use]
    pub const fn drawing(mut self, drawing: Drawing) -> Self {
        self.drawing = Some(drawing);
        self
    }

    /// The floor plan.
    #[must_use]
    pub fn plan(mut self, rooms: Vec<PlanRoom>) -> Self {
        self.plan = Some(rooms);
        self
    }

    /// Adds a script.
    #[must_use]
    pub fn script(mut self, script: Script) -> Self {
        self.scripts.push(script);
        self
    }

    /// Allows a form of the page to submit to another origin.
    #[must_use]
    pub fn form_to(mut self, url: impl Into<String>) -> Self {
        self.form_targets.push(url.into());
        self
    }

    /// Marks a page that shows a secret. Such a page repeats nothing from its address: pages are
    /// compressed, and text that somebody else chose would reveal the secret by the response's
    /// length (BREACH).
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// Marks a page of a public function that is one visitor's own: not for search engines.
    #[must_use]
    pub const fn private(mut self) -> Self {
        self.private = true;
        self
    }

    /// Allows the page to register the shop's service worker.
    #[must_use]
    pub const fn worker(mut self) -> Self {
        self.worker = true;
        self
    }

    /// Marks a page whose form, [`FORM`](crate::draft::FORM), has a draft: what leads away from the
    /// page in its header and plan saves the draft first, with or without script.
    #[must_use]
    pub fn drafts(mut self) -> Self {
        self.drafts = true;
        self.script(Script::Inline(include_str!("draft.js")))
    }

    /// Marks a page whose form, [`FORM`](crate::draft::FORM), is taken along to the page in another
    /// language, and nowhere kept: for who has no walk under which a draft could lie.
    #[must_use]
    pub const fn carrying(mut self) -> Self {
        self.carries = true;
        self
    }

    /// Allows the page the search for a postcode, whose script is at `url`.
    #[must_use]
    pub(crate) fn searches_postcodes(mut self, url: &str) -> Self {
        self.postcodes = Some(url.to_owned());
        self
    }

    /// Sets a session.
    #[must_use]
    pub const fn session(mut self, session: Option<Session>) -> Self {
        self.session = session;
        self
    }

    /// Takes session and found order from the device: the page says that they are gone.
    #[must_use]
    pub const fn leaving(mut self) -> Self {
        self.leaves = true;
        self
    }

    /// Answers 429 with `Retry-After` in seconds.
    #[must_use]
    pub const fn wait(mut self, seconds: i64) -> Self {
        self.status = StatusCode::TOO_MANY_REQUESTS;
        self.retry_after_seconds = Some(seconds);
        self
    }
}
