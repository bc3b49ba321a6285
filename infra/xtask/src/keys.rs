//! `cargo xtask keys`: shows and rotates the secrets with which the shop signs.
//!
//! A rotation has two steps. `add` puts a new secret in front: it signs from now on, and what the
//! older one signed stays valid. `drop` takes the older ones away, which ends what they signed. The
//! secret behind digests stays through both, because the table is searched by digests.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    process::{ExitCode, Stdio},
};

use crate::{
    Failure, Outcome, fail,
    process::{command, output},
    tools::deploy_python,
};

/// What to do with the keys of which stage.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What to do.
    #[arg(value_enum, default_value = "show")]
    act: Act,
    /// The stage: dev or live [default: dev, or what samconfig.local.toml says]
    #[arg(long, value_name = "STAGE")]
    stage: Option<String>,
    /// The name of the stack [default: gongganmunhak-STAGE, or what samconfig.local.toml says]
    #[arg(long, value_name = "NAME")]
    stack: Option<String>,
    /// The AWS region [default: samconfig.local.toml or the environment]
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Act {
    /// How many secrets there are; not the secrets.
    Show,
    /// Put a new secret in front. What the older ones signed stays valid.
    Add,
    /// Keep only the newest secret. What the older ones signed ends within 15 minutes.
    Drop,
}

/// Shows or changes the keys.
pub(crate) fn keys(arguments: &Arguments) -> Outcome<ExitCode> {
    let python = deploy_python()?;
    let script = |what: &str| {
        let mut script = command(&python);
        script.args(["infra/deploy/keys.py", what]);
        let options = [
            ("--stage", &arguments.stage),
            ("--stack", &arguments.stack),
            ("--region", &arguments.region),
        ];
        for (name, value) in options {
            script.args(value.iter().flat_map(|value| [name, value]));
        }
        script
    };
    let text = output(&mut script("read"))?;
    let before = Text::read(&text)?;
    let after = match arguments.act {
        Act::Show => {
            println!("{}", before.said());
            return Ok(ExitCode::SUCCESS);
        }
        Act::Add => before.with(new_secret()?),
        Act::Drop => before.newest_only(),
    };
    let mut writing = script("write");
    let mut child = writing
        .stdin(Stdio::piped())
        .spawn()
        .map_err(|error| Failure(format!("keys.py could not be started: {error}.")))?;
    if let Some(mut input) = child.stdin.take() {
        let written = input.write_all(after.written().as_bytes());
        written.map_err(|error| Failure(format!("The keys were not stored: {error}.")))?;
    }
    match child.wait() {
        Ok(status) if status.success() => {}
        _ => return fail("The keys were not stored; they are as they were."),
    }
    println!("{}", after.said());
    if arguments.act == Act::Add {
        println!(
            "Sessions of the older secret end 180 days after they began. `cargo xtask keys drop` \
             takes it away: after that time, or at once if it leaked."
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// The text of the keys, as `shared/signing` reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Text {
    /// The newest first.
    sign: Vec<String>,
    digest: String,
}

impl Text {
    fn read(text: &str) -> Outcome<Self> {
        let (mut sign, mut digest) = (Vec::new(), None);
        for line in text.lines() {
            match line.split_whitespace().collect::<Vec<_>>().as_slice() {
                [] => {}
                [secret] | ["sign", secret] => sign.push((*secret).to_owned()),
                ["digest", secret] => digest = Some((*secret).to_owned()),
                _ => return fail("The stored keys cannot be read; they were not changed."),
            }
        }
        // Without a line of its own, the oldest secret makes the digests.
        match (digest.or_else(|| sign.last().cloned()), sign.is_empty()) {
            (Some(digest), false) => Ok(Self { sign, digest }),
            _ => fail("The stored keys hold no secret that signs; they were not changed."),
        }
    }

    fn with(mut self, secret: String) -> Self {
        self.sign.insert(0, secret);
        self
    }

    fn newest_only(mut self) -> Self {
        self.sign.truncate(1);
        self
    }

    fn written(&self) -> String {
        let sign = self.sign.iter().map(|secret| format!("sign {secret}\n"));
        sign.chain([format!("digest {}\n", self.digest)]).collect()
    }

    fn said(&self) -> String {
        match self.sign.len() {
            1 => "One secret signs; no older one is valid.".to_owned(),
            2 => "The newest secret signs; one older is still valid.".to_owned(),
            more => format!("The newest secret signs; {} older are still valid.", more - 1),
        }
    }
}

/// 32 random bytes of the operating system, in hexadecimal.
fn new_secret() -> Outcome<String> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .map_err(|error| Failure(format!("There is no randomness here: {error}.")))?;
    Ok(bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(text: &str, change: impl Fn(Text) -> Text) -> String {
        change(Text::read(text).unwrap()).written()
    }

    #[test]
    fn a_rotation_keeps_the_secret_of_the_digests() {
        let added = after("first", |text| text.with("second".into()));
        assert_eq!(added, "sign second\nsign first\ndigest first\n");
        let dropped = after(&added, Text::newest_only);
        assert_eq!(dropped, "sign second\ndigest first\n");
        let again = after(&dropped, |text| text.with("third".into()));
        assert_eq!(again, "sign third\nsign second\ndigest first\n");
        assert_eq!(after(&dropped, Text::newest_only), dropped, "twice is once");
    }

    #[test]
    fn keys_that_cannot_be_read_are_not_changed() {
        for text in ["", "digest a", "sign a b", "sing a\nsign b c"] {
            let refused = Text::read(text).unwrap_err().to_string();
            assert!(refused.contains("not changed"), "{text:?}: {refused}");
        }
    }

    #[test]
    fn secrets_are_new_each_time_and_are_not_shown() {
        let (one, other) = (new_secret().unwrap(), new_secret().unwrap());
        assert_eq!(one.len(), 64);
        assert_ne!(one, other);
        let text = Text { sign: vec![one.clone(), other], digest: "third".into() };
        assert!(!text.said().contains(&one) && text.said().contains("one older"));
    }
}
