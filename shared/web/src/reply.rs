//! What a step answers.

use lambda_http::http::StatusCode;
use maud::{Markup, PreEscaped};

use crate::drawing::Drawing;

/// An answer.
#[derive(Debug)]
pub enum Reply {
    /// A page.
    Page(Box<Page>),
    /// The script of a page's worker, at an address of its own.
    Worker(&'static str),
    /// "See there" (303): after a form, so that a reload does not send it again.
    See {
        /// The path.
        path: String,
        /// A visitor who is to be known from now on.
        session: Option<domain::base::id::VisitorId>,
    },
}

impl Reply {
    /// "See there."
    pub fn see(path: impl Into<String>) -> Self {
        Self::See { path: path.into(), session: None }
    }
}

impl From<Page> for Reply {
    fn from(page: Page) -> Self {
        Self::Page(Box::new(page))
    }
}

/// A script of a page. It only adds: the page does its work without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Script {
    /// Written in the page, under its nonce.
    Inline(&'static str),
    /// The payment provider's, from its address. Its origin is let into the page's policy.
    Provider {
        /// Address of the script.
        url: String,
    },
}

/// A page: what stands between the frame's top and its foot.
#[derive(Debug)]
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
    pub(crate) session: Option<domain::base::id::VisitorId>,
    pub(crate) secret: bool,
    pub(crate) worker: bool,
}

/// A room on the floor plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRoom {
    /// Its name in the reader's language.
    pub name: String,
    /// Its path, if the visitor may go there.
    pub path: Option<String>,
    /// Where it lies from where the visitor stands.
    pub place: PlanPlace,
    /// How many minutes it usually takes.
    pub minutes: Option<u32>,
}

/// Where a room lies from where the visitor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanPlace {
    /// Behind: walked through.
    Behind,
    /// Here.
    Here,
    /// Ahead.
    Ahead,
}

impl Page {
    /// A page of a step. `title` stands in the browser's tab.
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
            worker: false,
        }
    }

    /// What the page says.
    #[must_use]
    pub fn body(mut self, body: Markup) -> Self {
        self.body = body;
        self
    }

    /// Another status than 200.
    #[must_use]
    pub const fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The one drawn thing of the room.
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

    /// Lets a form of the page go to another origin.
    #[must_use]
    pub fn form_to(mut self, url: impl Into<String>) -> Self {
        self.form_targets.push(url.into());
        self
    }

    /// Shows something that is the reader's secret: the page repeats nothing of the address it was
    /// asked by, because pages travel compressed, and a stranger's text beside a secret would tell
    /// of it by the length (BREACH).
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// Lets the page register a worker of the shop's own.
    #[must_use]
    pub const fn worker(mut self) -> Self {
        self.worker = true;
        self
    }

    /// A device that is to be known from now on.
    #[must_use]
    pub const fn session(mut self, visitor: Option<domain::base::id::VisitorId>) -> Self {
        self.session = visitor;
        self
    }

    /// "Not before this many seconds" (429).
    #[must_use]
    pub const fn wait(mut self, seconds: i64) -> Self {
        self.status = StatusCode::TOO_MANY_REQUESTS;
        self.retry_after_seconds = Some(seconds);
        self
    }
}
