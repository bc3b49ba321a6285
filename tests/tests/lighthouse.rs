//! Lighthouse on every page of the shop that can be opened by its address, for a reader who walks
//! to an order that is paid, and on the owner's pages. Every category that it scores has to reach
//! 100. Its reports stay in `artefacts/lighthouse/`.
//!
//! Ignored by default: `cargo xtask test lighthouse` installs Lighthouse from npm. The scores of
//! speed are simulated by Lighthouse for a slow telephone; they depend little on the machine.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that finds something else fails"
)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use clap::Parser as _;
use domain::base::text::Language;
use local::run::{Arguments, Running};
use serde_json::{Value, json};
use tokio::process::Command;
use walk::{Doors, Form, Pay, Walker};

/// Pages that search engines may show. The others ask them not to, describe nothing and let no
/// script fetch robots.txt, which Lighthouse would count as faults.
const PUBLIC: [&str; 3] = ["door", "shelf", "notice"];

/// Where a whole walk leads by way of addresses.
const AFTERWARDS: [&str; 6] = ["window", "mailbox", "poem", "find", "bookmark", "data"];

/// Pages of one order.
const OF_AN_ORDER: [&str; 4] = ["window", "receipt", "cancel", "address"];

/// The owner's pages.
const OFFICE: [&str; 8] = ["", "choose", "pack", "ship", "letters", "money", "shelf", "settings"];

/// The browser's flags. It opens nothing but the shop, and its sandbox does not work for root.
const CHROMIUM: &str = "--chrome-flags=--headless=new --no-sandbox --disable-dev-shm-usage";

/// How often a page is measured while its speed is below 100.
const TRIES: usize = 3;

/// The category of speed, as Lighthouse calls it.
const SPEED: &str = "\"Performance\"";

/// The reports so far.
struct Reports {
    language: Language,
    /// By page: what is below 100, by category, with the audits to blame.
    faults: BTreeMap<String, Vec<String>>,
    pages: usize,
}

impl Reports {
    fn new(language: Language) -> Self {
        Self { language, faults: BTreeMap::new(), pages: 0 }
    }

    /// Opens an address with cookies in a browser of its own and keeps the report. Other programs
    /// that run slow a page down and never make it faster: the best of three counts.
    async fn page(&mut self, name: &str, url: &str, cookies: &BTreeMap<String, String>) {
        let mut last = Err(String::new());
        for _ in 0..TRIES {
            last = self.once(name, url, cookies).await;
            let slow = |fault: &String| fault.starts_with(SPEED);
            if last.as_ref().is_ok_and(|faults| !faults.iter().any(slow)) {
                break;
            }
        }
        let faults = last.unwrap_or_else(|why| panic!("Lighthouse does not open {name}: {why}"));
        self.pages += 1;
        if !faults.is_empty() {
            self.faults.insert(name.to_owned(), faults);
        }
    }

    /// What is below 100 in one report, or why there is none.
    async fn once(
        &self,
        name: &str,
        url: &str,
        cookies: &BTreeMap<String, String>,
    ) -> Result<Vec<String>, String> {
        let folder = root().join("artefacts/lighthouse").join(self.language.tag());
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{name}.json"));
        let cookies: Vec<String> =
            cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let headers = json!({
            "Accept-Language": self.language.tag(),
            "Cookie": cookies.join("; "),
        });
        let mut lighthouse = Command::new("node");
        lighthouse
            .arg(root().join(".tools/lighthouse/node_modules/lighthouse/cli/index.js"))
            .arg(url)
            .args(["--quiet", "--output=json", CHROMIUM])
            .arg(format!("--output-path={}", file.display()))
            .arg(format!("--extra-headers={headers}"))
            .kill_on_drop(true);
        if !PUBLIC.contains(&name) {
            lighthouse.arg("--skip-audits=is-crawlable,robots-txt,meta-description");
        }
        let done = lighthouse.output().await.expect("node starts");
        if !done.status.success() {
            return Err(String::from_utf8_lossy(&done.stderr).into_owned());
        }
        let report: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        assert_eq!(report["finalDisplayedUrl"], url, "{name} leads elsewhere");
        let scores: Vec<String> = report["categories"]
            .as_object()
            .expect("categories")
            .values()
            .map(|category| format!("{} {}", category["title"], category["score"]))
            .collect();
        println!("{:<3} {name:<20} {}", self.language.tag(), scores.join(" · "));
        Ok(faults(&report))
    }

    /// The page on which a reader stands.
    async fn here(&mut self, reader: &Walker) {
        let (name, url) = (reader.here().step().to_owned(), reader.here().url.to_string());
        self.page(&name, &url, reader.cookies()).await;
    }

    fn end(self) {
        println!("{} pages in {}", self.pages, self.language.tag());
        assert!(self.faults.is_empty(), "below 100: {:#?}", self.faults);
    }
}

/// The categories below 100 and the audits that cost them points.
fn faults(report: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for category in report["categories"].as_object().expect("categories").values() {
        if category["score"].as_f64() == Some(1.0) {
            continue;
        }
        let audits = category["auditRefs"].as_array().expect("audits").iter();
        let lost: Vec<&str> = audits
            .filter(|audit| audit["weight"].as_f64().is_some_and(|weight| weight > 0.0))
            .filter_map(|audit| audit["id"].as_str())
            .filter(|id| report["audits"][*id]["score"].as_f64().is_some_and(|score| score < 1.0))
            .collect();
        found.push(format!("{}: {} ({})", category["title"], category["score"], lost.join(", ")));
    }
    found
}

async fn walks(language: Language) {
    let shop = open_shop().await;
    let mut reports = Reports::new(language);
    let mut reader = Walker::at(&shop.url(), None).reading(language);
    for public in ["", "shelf", "notice"] {
        reader.go(&format!("/{public}")).await;
        reports.here(&reader).await;
    }
    reader.open_the_door().await;
    while reader.here().has_door("plain") {
        reports.here(&reader).await;
        reader.by_plain_door().await;
    }
    reports.here(&reader).await;
    reader.sign().await;
    reports.here(&reader).await;
    reader.write_letter().await;
    reports.here(&reader).await;
    reader.order("middle").await;
    reports.here(&reader).await;
    let order = reader.here().order().0;
    reader.pay(Pay::Approve).await;
    for page in AFTERWARDS {
        reader.go(&format!("/{page}")).await;
        reports.here(&reader).await;
    }
    for page in OF_AN_ORDER {
        reader.go(&format!("/{page}/{order}")).await;
        let url = reader.here().url.to_string();
        reports.page(&format!("{page}-of-an-order"), &url, reader.cookies()).await;
    }
    shop.system.stop().await;
    reports.end();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Lighthouse from npm: cargo xtask test lighthouse"]
async fn every_page_of_a_korean_reader_scores_100() {
    walks(Language::Ko).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Lighthouse from npm: cargo xtask test lighthouse"]
async fn every_page_of_an_english_reader_scores_100() {
    walks(Language::En).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Lighthouse from npm: cargo xtask test lighthouse"]
async fn every_page_of_the_owner_scores_100() {
    let shop = open_shop().await;
    let mut reports = Reports::new(Language::Ko);
    let mut reader = Walker::at(&shop.url(), None);
    reader.to_an_order(Doors::Plain, "middle").await;
    reader.pay(Pay::Approve).await;
    let mut owner = Walker::at(&shop.url(), None);
    sign_in(&shop, &mut owner).await;
    for page in OFFICE {
        let name = if page.is_empty() { "office".to_owned() } else { format!("office-{page}") };
        let path = format!("/office/{page}");
        owner.go(path.trim_end_matches('/')).await;
        let url = owner.here().url.to_string();
        reports.page(&name, &url, owner.cookies()).await;
    }
    shop.system.stop().await;
    reports.end();
}

/// Lets a browser into the owner's pages.
async fn sign_in(shop: &Running, owner: &mut Walker) {
    let call = json!({ "key": "Lighthouse" });
    let key = shop.system.invoke("owner-office", call).await.unwrap();
    let link = key["page"].as_str().expect("a link");
    let path = link.split_once("/office").map(|(_, rest)| format!("/office{rest}")).unwrap();
    owner.go(&path).await;
    let form: Form = owner.here().form("form");
    owner.submit(form).await;
}

async fn open_shop() -> Running {
    let template = root().join("template.yaml").display().to_string();
    let line = ["local", "--memory", "--port=0", "--template", template.as_str()];
    let arguments = Arguments::try_parse_from(line).unwrap();
    let build = local::registry::build().expect("random bytes");
    Running::start(arguments, build).await.unwrap_or_else(|why| panic!("{why}"))
}

/// The repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
