//! Starts chromedriver, and a session of Chromium.

use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use http::Method;
use serde_json::json;

use crate::{look::PHONE, tab::Browser};

/// How often chromedriver is started before the test fails.
const DRIVER_STARTS: u32 = 5;

/// Starts chromedriver on a free port and reads the port back. It picks the port before it binds
/// both IPv4 and IPv6, so another program may take it in between: then it ends, and is started
/// again.
pub(crate) async fn driver() -> (Child, u16) {
    for _ in 0..DRIVER_STARTS {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("chromedriver is installed");
        let output = driver.stdout.take().unwrap();
        let (tell, port) = tokio::sync::oneshot::channel();
        // The thread reads on after the port, because a full pipe would block the driver.
        std::thread::spawn(move || {
            let mut tell = Some(tell);
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // `ChromeDriver was started successfully on port 43211.`
                let port = line
                    .rsplit_once("successfully on port ")
                    .and_then(|(_, port)| port.trim_end_matches('.').parse::<u16>().ok());
                if let (Some(port), true) = (port, tell.is_some()) {
                    let _ = tell.take().map(|tell| tell.send(port));
                }
            }
        });
        // The sender is dropped when the driver's output ends.
        if let Ok(port) = port.await {
            return (driver, port);
        }
        let ended = driver.wait().unwrap();
        eprintln!("chromedriver ended while starting ({ended}); starting it again");
    }
    panic!("chromedriver did not start in {DRIVER_STARTS} attempts");
}

impl Browser {
    /// Starts Chromium with a profile folder.
    pub(crate) async fn begin(&mut self, profile: &Path) {
        let mut arguments: Vec<String> = [
            "--headless=new",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
        ]
        .map(str::to_owned)
        .into();
        arguments.push(format!("--user-data-dir={}", profile.display()));
        // Chromium's sandbox does not work for root.
        if fs::metadata("/proc/self").is_ok_and(|us| us.uid() == 0) {
            arguments.push("--no-sandbox".to_owned());
        }
        // 1 is "allow", 2 is "block".
        let script = if self.reader.script { 1 } else { 2 };
        let preferences = json!({ "intl": { "accept_languages": self.reader.language.tag() },
            "profile": { "managed_default_content_settings": { "javascript": script } } });
        let mut options = json!({ "args": arguments, "prefs": preferences });
        if let Some(binary) =
            ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(on_path)
        {
            options["binary"] = binary.display().to_string().into();
        }
        let wanted =
            json!({ "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } });
        let made = self
            .ask(Method::POST, "/session", &json!({ "capabilities": { "alwaysMatch": wanted } }))
            .await;
        let session = made.unwrap_or_else(|why| panic!("Chromium does not start: {why}"));
        session["sessionId"].as_str().unwrap().clone_into(&mut self.session);
        self.size(PHONE).await;
    }
}

fn on_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
}
