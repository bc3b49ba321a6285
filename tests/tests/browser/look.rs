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
pub(crate) const PHONE: (u32, u32, u32, bool) = (390, 844, 2, true);
/// A sheet of A4 at 96 dots an inch.
const PAPER: (u32, u32, u32, bool) = (794, 1123, 1, false);
const DESK: (u32, u32, u32, bool) = (1280, 900, 1, false);

impl Browser {
    pub(crate) async fn size(&self, (width, height, scale, mobile): (u32, u32, u32, bool)) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": mobile });
        self.chromium("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Takes a picture of the whole page at the width of a phone and of a desktop, in light and in
    /// dark, and runs axe-core on each. A page must not scroll horizontally.
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
