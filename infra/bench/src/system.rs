//! The system that the measured functions call, and the state of one reader's walk through it.

use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context as _, Result, anyhow, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    base::calendar,
    riddle::content::{Height, Solution, Walker},
};
use local::{Build, Clock, Config, Parts, Source, System, Wire};
use serde_json::Value;
use toss_standin::{Method, Standin};

use crate::{
    events::{self, root},
    requests::{Adapt, Kind, Request},
    table::Table,
};

/// Copies of each sample book: more than any measurement orders.
const COPIES: u32 = 1_000;

/// The state of one reader's walk.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reader {
    /// Distinguishes this reader's address from the others'.
    number: u32,
    session: Option<String>,
    order: Option<String>,
    /// Key and amount of the payment that the stand-in approved.
    payment: Option<(String, String)>,
}

impl Reader {
    /// A reader without a session. Each number gets its own address.
    pub(crate) fn new(number: u32) -> Self {
        Self { number, ..Self::default() }
    }
}

/// The whole system in this process, with sample books in stock and the payment stand-in.
pub(crate) struct BenchedSystem {
    pub(crate) local: System,
    standin: Standin,
    environments: BTreeMap<String, BTreeMap<String, String>>,
}

impl BenchedSystem {
    /// Starts it, in memory, with this clock.
    pub(crate) async fn open(clock: Clock) -> Result<Self> {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("no port for the payment stand-in")?;
        let standin_clock = if clock.runs() {
            toss_standin::Clock::default()
        } else {
            toss_standin::Clock::Stopped(clock.now())
        };
        let options =
            toss_standin::Options { clock: standin_clock, ..toss_standin::Options::default() };
        let standin = toss_standin::serve(listener, options)
            .context("the payment stand-in does not start")?;

        let environments = Arc::new(Mutex::new(BTreeMap::new()));
        let functions = local::registry::build()
            .ok_or_else(|| anyhow!("the operating system provided no randomness"))?;
        let mut config = Config::stepped(
            Source::Path(root().join("template.yaml")),
            recording(&environments, functions),
        );
        config.clock = clock;
        config.parameters = BTreeMap::from([
            ("TossApiUrl".to_owned(), standin.url()),
            ("TossScriptUrl".to_owned(), standin.script_url()),
            ("TossPlainWindowUrl".to_owned(), standin.window_url()),
            ("TossClientKey".to_owned(), toss_standin::CLIENT_KEY.to_owned()),
        ]);
        config.secrets = BTreeMap::from([
            ("SESSION_KEY_NAME".to_owned(), STANDARD.encode([7; 32])),
            ("TOSS_SECRET_NAME".to_owned(), toss_standin::SECRET_KEY.to_owned()),
        ]);
        let local = System::start(config).await.context("the one-process system does not start")?;
        let environments =
            std::mem::take(&mut *environments.lock().unwrap_or_else(PoisonError::into_inner));
        let system = Self { local, standin, environments };
        system.stock().await?;
        Ok(system)
    }

    /// Stocks the saved books through `owner-shelve`.
    async fn stock(&self) -> Result<()> {
        let mut delivery = events::saved("owner-shelve")?;
        for book in delivery["books"].as_array_mut().into_iter().flatten() {
            book["copies"] = COPIES.into();
        }
        let confirmed = self.confirmed("owner-shelve", delivery).await?;
        let answer = self.invoke("owner-shelve", confirmed).await?;
        if answer["status"] != 200 {
            bail!("owner-shelve did not stock the sample books: {answer}");
        }
        Ok(())
    }

    /// The short names of the template's functions.
    pub(crate) fn functions(&self) -> impl Iterator<Item = &str> {
        self.environments.keys().map(String::as_str)
    }

    /// The variables of a function, with the AWS services at `endpoint`.
    pub(crate) fn environment(
        &self,
        function: &str,
        endpoint: &str,
    ) -> Result<BTreeMap<String, String>> {
        let Some(template) = self.environments.get(function) else {
            bail!("the template has no function {function}");
        };
        let mut environment = template.clone();
        environment.insert("AWS_ENDPOINT_URL".to_owned(), endpoint.to_owned());
        Ok(environment)
    }

    /// The variables that Lambda itself sets for every function.
    pub(crate) fn bare_environment(&self) -> BTreeMap<String, String> {
        let any = self.environments.values().next().cloned().unwrap_or_default();
        any.into_iter().filter(|(name, _)| name.starts_with("AWS_")).collect()
    }

    /// The wire that checks and counts the calls of this function.
    pub(crate) fn wire_of(&self, function: &str) -> Wire {
        self.local.wire().of(function)
    }

    /// The table.
    pub(crate) fn table(&self) -> Result<Table<'_>> {
        Table::of(&self.local)
    }

    /// The AWS calls of a function since the last [`Self::forget_calls`], with their counts.
    pub(crate) fn calls(&self, function: &str) -> BTreeMap<String, usize> {
        let calls = self.local.wire().calls();
        let own = calls.into_iter().filter(|((caller, ..), _)| caller == function);
        own.map(|((_, service, operation), count)| (format!("{service} {operation}"), count))
            .collect()
    }

    /// Resets the counts of the AWS calls.
    pub(crate) fn forget_calls(&self) {
        self.local.wire().forget_calls();
    }

    /// The saved event of a request, filled in for this reader.
    pub(crate) async fn event(&self, request: &Request, reader: &mut Reader) -> Result<Value> {
        let mut event = events::saved(&request.event)?;
        if request.adapt == Adapt::Stranger {
            return Ok(event);
        }
        if let Some(order) = &reader.order {
            event = events::about_order(&event, order)?;
        }
        if let (Kind::Get | Kind::Post, Some(session)) = (request.kind, &reader.session) {
            events::with_session(&mut event, session);
        }
        match request.adapt {
            Adapt::Saved | Adapt::Stranger => {}
            Adapt::Answer => {
                let answer =
                    solution(&request.function, reader.session.as_deref().unwrap_or_default())?;
                events::with_form(&mut event, &[("answer", &answer)])?;
            }
            Adapt::Counter => {
                let promised = calendar::promised_date(self.local.clock().now()).to_string();
                let detail = format!("{}호", reader.number);
                events::with_form(&mut event, &[("promised", &promised), ("detail", &detail)])?;
            }
            Adapt::Back => {
                let (order, key, amount) = self.payment(reader)?;
                events::with_query(
                    &mut event,
                    &[("orderId", &order), ("paymentKey", &key), ("amount", &amount)],
                );
            }
            Adapt::Confirm => {
                let (_, key, amount) = self.payment(reader)?;
                events::with_form(&mut event, &[("payment_key", &key), ("amount", &amount)])?;
            }
            Adapt::Message(task) => {
                let message = self.table()?.unhandled(order_of(reader)?, task)?;
                events::with_message(&mut event, &message)?;
            }
            Adapt::Inserted(task) => {
                let message = self.table()?.unhandled(order_of(reader)?, task)?;
                events::with_inserted(&mut event, &message)?;
            }
            Adapt::Bookmark => {
                events::with_form(&mut event, &[("do", "make"), ("bookmark", "")])?;
            }
            Adapt::Confirmed => event = self.confirmed(&request.function, event).await?,
        }
        Ok(event)
    }

    /// Performs a request of the walk and keeps what it changes for the reader.
    pub(crate) async fn onward(
        &self,
        request: &Request,
        event: Value,
        reader: &mut Reader,
    ) -> Result<()> {
        let answer = self.invoke(&request.function, event).await?;
        request.check(&answer)?;
        if let Some(session) = events::session_of(&answer) {
            reader.session = Some(session);
        }
        if let Some(order) =
            answer["headers"]["location"].as_str().and_then(|to| to.strip_prefix("/pay/"))
        {
            reader.order = Some(order.to_owned());
        }
        Ok(())
    }

    /// Stops the system.
    pub(crate) async fn close(self) {
        self.local.stop().await;
    }

    /// A call of an owner's function with the confirmation code that its dry run answers.
    async fn confirmed(&self, function: &str, mut call: Value) -> Result<Value> {
        let preview = self.invoke(function, call.clone()).await?;
        let Some(code) = events::code_of(&preview) else {
            bail!("the dry run of {function} answers no confirmation code: {preview}");
        };
        call["confirm"] = code.into();
        Ok(call)
    }

    async fn invoke(&self, function: &str, event: Value) -> Result<Value> {
        let answer = self.local.invoke(function, event).await;
        answer.map_err(|failure| anyhow!("{function} failed: {}", failure.message))
    }

    /// Order, payment key and amount of the reader's payment; the first call approves it at the
    /// stand-in.
    fn payment(&self, reader: &mut Reader) -> Result<(String, String, String)> {
        let order = order_of(reader)?.to_owned();
        if reader.payment.is_none() {
            let items = self.table()?.items()?;
            let item = items.get(&(format!("ORDER#{order}"), "ORDER".to_owned()));
            let amount = item.and_then(|item| item["total"]["N"].as_str()?.parse().ok());
            let amount: u64 = amount.ok_or_else(|| anyhow!("the order {order} has no total"))?;
            let key = self.standin.approve(&order, amount, Method::Card);
            let key =
                key.ok_or_else(|| anyhow!("the payment stand-in does not open the order {order}"))?;
            reader.payment = Some((key, amount.to_string()));
        }
        let (key, amount) = reader.payment.clone().unwrap_or_default();
        Ok((order, key, amount))
    }
}

fn order_of(reader: &Reader) -> Result<&str> {
    reader.order.as_deref().ok_or_else(|| anyhow!("the walk has no order yet"))
}

/// The answer to this reader's riddle.
fn solution(room: &str, session: &str) -> Result<String> {
    let rooms = domain::riddle::content::RoomSet::built_in().context("the rooms are invalid")?;
    let visitor = session.split('.').next().unwrap_or_default();
    let walker = Walker::first(visitor, jiff::Timestamp::now());
    let riddle = rooms.riddle_for(room, &walker, Height::default());
    let written = riddle.and_then(|riddle| match &riddle.solution {
        Solution::Word(answers) => Some(answers.first()?.written().to_owned()),
        Solution::Rhythm(rhythm) => Some(rhythm.written()),
    });
    written.ok_or_else(|| anyhow!("the room {room} has no riddle for this reader"))
}

/// Builds the functions and records the variables that the template sets for each.
fn recording(
    environments: &Arc<Mutex<BTreeMap<String, BTreeMap<String, String>>>>,
    functions: Build,
) -> Build {
    let environments = Arc::clone(environments);
    Arc::new(move |name: &str, parts: Parts| {
        let mut environments = environments.lock().unwrap_or_else(PoisonError::into_inner);
        environments.insert(name.to_owned(), parts.environment.clone());
        functions(name, parts)
    })
}
