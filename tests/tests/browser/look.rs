//! Pictures of a page, and axe-core on it.

use std::fs;

use base64::Engine as _;
use serde_json::json;

use crate::{root, tab::Browser};

/// Where `cargo xtask test browser` puts axe-core.
const AXE: &str = ".tools/axe/axe_playwright_python/axe.min.js";
/// WCAG 2.2 up to AA, and axe's best practices.
const RULES: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// Width, height, device pixel ratio, and whether it is a mobile device.
pub(crate) type Screen = (u32, u32, u32, bool);

/// A telephone.
pub(crate) const PHONE: Screen = (390, 844, 2, true);
/// A sheet of A4 at 96 dots an inch.
const PAPER: Screen = (794, 1123, 1, false);
const DESK: Screen = (1280, 900, 1, false);
/// The width to which a page may be zoomed without scrolling sideways (WCAG 2.2, 1.4.10).
const NARROW: Screen = (320, 568, 2, true);

/// What a reader may do to a page's text (WCAG 2.2, 1.4.4 and 1.4.12), as style rules. SIZE stands
/// for twice the size of the root's font.
const STRAINS: [(&str, Screen, &str); 4] = [
    ("at 320 px", NARROW, ""),
    ("with text of 200 %", PHONE, ":root{font-size:SIZE!important}"),
    ("with spaced text", PHONE, SPACED),
    ("with spaced text at 320 px", NARROW, SPACED),
];
const SPACED: &str = "*{line-height:1.5!important;letter-spacing:.12em!important;\
                      word-spacing:.16em!important}p{margin-bottom:2em!important}";

/// What is wider than the screen (WIDTH) and not meant to be scrolled by itself, or cut off.
const TOO_WIDE: &str = "
    const wide = WIDTH + 1, scrolls = /auto|scroll|hidden|clip/, out = [];
    for (const one of document.body.querySelectorAll('*')) {
        const box = one.getBoundingClientRect();
        if (box.width === 0 || box.height === 0 || box.right <= wide) continue;
        let around = one.parentElement;
        while (around && !scrolls.test(getComputedStyle(around).overflowX))
            around = around.parentElement;
        if (!around) out.push(`${Math.round(box.right)}: ${one.outerHTML.slice(0, 120)}`);
    }
    return out";

impl Browser {
    pub(crate) async fn size(&self, (width, height, scale, mobile): Screen) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": mobile });
        self.chromium("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Takes a picture of the whole page at the width of a phone and of a desktop, in light and in
    /// dark, and runs axe-core on each. A page must not scroll horizontally, whatever a reader does
    /// to its text.
    pub(crate) async fn look(&self, name: &str) {
        let number = {
            let mut held = self.held.lock().unwrap();
            held.taken += 1;
            held.taken
        };
        for (width, size) in [("desk", DESK), ("phone", PHONE)] {
            self.size(size).await;
            for scheme in ["dark", "light"] {
                let features = json!([{ "name": "prefers-color-scheme", "value": scheme },
                    { "name": "prefers-reduced-motion", "value": "reduce" }]);
                self.chromium("Emulation.setEmulatedMedia", json!({ "features": features })).await;
                let layout = self.chromium("Page.getLayoutMetrics", json!({})).await;
                let content = &layout["cssContentSize"];
                let wide = content["width"].as_f64().unwrap();
                assert!(
                    wide <= f64::from(size.0),
                    "{name} is {wide} wide on a {width} of {}",
                    size.0
                );
                let clip = json!({ "x": 0, "y": 0, "width": wide, "height": content["height"], "scale": 1 });
                let picture =
                    json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
                let taken = self.chromium("Page.captureScreenshot", picture).await;
                let png = base64::engine::general_purpose::STANDARD
                    .decode(taken["data"].as_str().unwrap())
                    .unwrap();
                fs::write(
                    self.pictures.join(format!("{number:02}-{name}-{width}-{scheme}.png")),
                    png,
                )
                .unwrap();
                self.nothing_is_in_the_way(&format!("{name}, {width}, {scheme}")).await;
            }
        }
        self.bears_its_text(name).await;
    }

    /// A reader's page holds what is done to its text: nothing is wider than the screen.
    async fn bears_its_text(&self, name: &str) {
        let step = "return document.body.dataset.step";
        if !self.reader.script || self.run(step).await == "office" {
            return;
        }
        let size = "return 2 * parseFloat(getComputedStyle(document.documentElement).fontSize)";
        let twice = format!("{}px", self.run(size).await);
        for (what, screen, rule) in STRAINS {
            self.size(screen).await;
            let rule = rule.replace("SIZE", &twice);
            self.run(&format!(
                "const sheet = new CSSStyleSheet(); sheet.replaceSync({rule:?}); \
                 document.adoptedStyleSheets = [sheet]"
            ))
            .await;
            // Where a page overflows, a phone shows it smaller: its inner width is no measure.
            let look = TOO_WIDE.replace("WIDTH", &screen.0.to_string());
            let found = self.run(&look).await;
            let layout = self.chromium("Page.getLayoutMetrics", json!({})).await;
            let wide = layout["cssContentSize"]["width"].as_f64().unwrap();
            assert!(
                found == json!([]) && wide <= f64::from(screen.0),
                "{name} is {wide} wide {what} on a screen of {}: {found:#}",
                screen.0
            );
        }
        self.run("document.adoptedStyleSheets = []").await;
        self.size(PHONE).await;
    }

    /// Prints the page as a PDF, and takes a picture of it as it is printed, A4 wide.
    pub(crate) async fn print(&self, name: &str) {
        let base64 = base64::engine::general_purpose::STANDARD;
        let pdf = self.chromium("Page.printToPDF", json!({ "preferCSSPageSize": true })).await;
        let pdf = base64.decode(pdf["data"].as_str().unwrap()).unwrap();
        assert!(pdf.starts_with(b"%PDF-"), "{name} is no PDF");
        fs::write(self.pictures.join(format!("{name}.pdf")), pdf).unwrap();
        let media = json!({ "media": "print" });
        self.chromium("Emulation.setEmulatedMedia", media).await;
        self.size(PAPER).await;
        let picture = json!({ "format": "png", "captureBeyondViewport": true });
        let taken = self.chromium("Page.captureScreenshot", picture).await;
        let png = base64.decode(taken["data"].as_str().unwrap()).unwrap();
        fs::write(self.pictures.join(format!("{name}-printed.png")), png).unwrap();
        self.chromium("Emulation.setEmulatedMedia", json!({ "media": "" })).await;
        self.size(PHONE).await;
    }

    /// Runs axe-core with [`RULES`].
    async fn nothing_is_in_the_way(&self, of: &str) {
        if !self.reader.script {
            return;
        }
        if self.run("return typeof axe").await == "undefined" {
            let axe = fs::read_to_string(root().join(AXE))
                .expect("cargo xtask test browser brings axe-core");
            self.run(&axe).await;
        }
        let found = self
            .run(&format!(
                "return axe.run(document, {{ runOnly: {} }}).then(({{ violations, passes }}) => [passes.length, violations.map(
                ({{ id, nodes }}) => `${{id}}: ${{nodes.map(node => `${{node.html}} ${{node.failureSummary}}`).join('; ')}}`)])",
                json!(RULES)
            ))
            .await;
        assert!(
            found[0].as_u64().is_some_and(|rules| rules > 10),
            "axe-core ran no rules: {found}"
        );
        assert_eq!(found[1], json!([]), "axe-core on {of}: {found:#}");
    }
}
