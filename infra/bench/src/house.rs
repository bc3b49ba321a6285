//! The system that the functions call, and one reader who walks through it.

use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{base::calendar, riddle::content::Solution};
use local::{Build, Clock, Config, Parts, Source, System, Wire};
use serde_json::Value;
use toss_standin::{Method, Standin};

use crate::{
    About as _, Outcome, Trouble,
    events::{self, root},
    requests::{Adapt, Kind, Request},
    table::Table,
    trouble,
};

/// Copies of each sample book: more than any measure sends.
const COPIES: u32 = 1_000;

/// Somebody's walk so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reader {
    /// Sets this reader's address apart from others.
    number: u32,
    session: Option<String>,
    order: Option<String>,
    /// The payment that the provider approved: its key and amount.
    payment: Option<(String, String)>,
}

impl Reader {
    /// Somebody before the door. Another number lives at another address.
    pub(crate) fn new(number: u32) -> Self {
        Self { number, ..Self::default() }
    }
}

/// The whole system in this process, with the sample books on its shelf and the payment stand-in
/// beside it.
pub(crate) struct House {
    pub(crate) system: System,
    standin: Standin,
    environments: BTreeMap<String, BTreeMap<String, String>>,
}

impl House {
    /// Opens it, in memory, at the time of this clock.
    pub(crate) async fn open(clock: Clock) -> Outcome<Self> {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .about("a port for the stand-in")?;
        let time = if clock.runs() {
            toss_standin::Clock::default()
        } else {
            toss_standin::Clock::Stopped(clock.now())
        };
        let options = toss_standin::Options { clock: time, ..toss_standin::Options::default() };
        let standin = toss_standin::serve(listener, options).about("the payment stand-in")?;

        let environments = Arc::new(Mutex::new(BTreeMap::new()));
        let functions = local::registry::build()
            .ok_or_else(|| Trouble("This machine gives no randomness.".to_owned()))?;
        let mut config = Config::stepped(
            Source::Path(root().join("template.yaml")),
            noting(&environments, functions),
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
        let system = System::start(config).await.about("the one-process system")?;
        let environments =
            std::mem::take(&mut *environments.lock().unwrap_or_else(PoisonError::into_inner));
        let house = Self { system, standin, environments };
        house.stock().await?;
        Ok(house)
    }

    /// Puts the saved books on the shelf, the owner's way.
    async fn stock(&self) -> Outcome<()> {
        let mut delivery = events::saved("owner-shelve")?;
        for book in delivery["books"].as_array_mut().into_iter().flatten() {
            book["copies"] = COPIES.into();
        }
        let confirmed = self.confirmed("owner-shelve", delivery).await?;
        let answer = self.invoke("owner-shelve", confirmed).await?;
        if answer["status"] == 200 { Ok(()) } else { trouble(format!("No books: {answer}")) }
    }

    /// The short names of the template's functions.
    pub(crate) fn functions(&self) -> impl Iterator<Item = &str> {
        self.environments.keys().map(String::as_str)
    }

    /// The variables of a function whose AWS services are at `endpoint`.
    pub(crate) fn environment(
        &self,
        function: &str,
        endpoint: &str,
    ) -> Outcome<BTreeMap<String, String>> {
        let Some(template) = self.environments.get(function) else {
            return trouble(format!("The template has no function {function}."));
        };
        let mut environment = template.clone();
        environment.insert("AWS_ENDPOINT_URL".to_owned(), endpoint.to_owned());
        Ok(environment)
    }

    /// What Lambda itself gives every function.
    pub(crate) fn bare_environment(&self) -> BTreeMap<String, String> {
        let any = self.environments.values().next().cloned().unwrap_or_default();
        any.into_iter().filter(|(name, _)| name.starts_with("AWS_")).collect()
    }

    /// The wire as a function's calls go through it.
    pub(crate) fn wire_of(&self, function: &str) -> Wire {
        self.system.wire().of(function)
    }

    /// The table.
    pub(crate) fn table(&self) -> Outcome<Table<'_>> {
        Table::of(&self.system)
    }

    /// The calls of AWS that a function made since they were forgotten.
    pub(crate) fn calls(&self, function: &str) -> BTreeMap<String, usize> {
        let calls = self.system.wire().calls();
        let own = calls.into_iter().filter(|((caller, ..), _)| caller == function);
        own.map(|((_, service, operation), count)| (format!("{service} {operation}"), count))
            .collect()
    }

    /// Forgets the calls so far.
    pub(crate) fn forget_calls(&self) {
        self.system.wire().forget_calls();
    }

    /// The saved event of a request, made true for where the reader stands.
    pub(crate) async fn event(&self, request: &Request, reader: &mut Reader) -> Outcome<Value> {
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
                let promised = calendar::promised_date(self.system.clock().now()).to_string();
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
                let message = self.table()?.unhandled(ordered(reader)?, task)?;
                events::with_message(&mut event, &message)?;
            }
            Adapt::Inserted(task) => {
                let message = self.table()?.unhandled(ordered(reader)?, task)?;
                events::with_inserted(&mut event, &message)?;
            }
            Adapt::Confirmed => event = self.confirmed(&request.function, event).await?,
        }
        Ok(event)
    }

    /// The reader goes on by this request.
    pub(crate) async fn onward(
        &self,
        request: &Request,
        event: Value,
        reader: &mut Reader,
    ) -> Outcome<()> {
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

    /// Stops it.
    pub(crate) async fn close(self) {
        self.system.stop().await;
    }

    /// The call of a drawer with the code that its dry run answers.
    async fn confirmed(&self, drawer: &str, mut call: Value) -> Outcome<Value> {
        let preview = self.invoke(drawer, call.clone()).await?;
        let Some(code) = events::code_of(&preview) else {
            return trouble(format!("{drawer} answers no code to confirm with: {preview}"));
        };
        call["confirm"] = code.into();
        Ok(call)
    }

    async fn invoke(&self, function: &str, event: Value) -> Outcome<Value> {
        let answer = self.system.invoke(function, event).await;
        answer.map_err(|failure| Trouble(format!("{function} failed: {}", failure.message)))
    }

    /// Order, payment key and amount of the payment that the reader approved at the stand-in.
    fn payment(&self, reader: &mut Reader) -> Outcome<(String, String, String)> {
        let order = ordered(reader)?.to_owned();
        if reader.payment.is_none() {
            let items = self.table()?.items()?;
            let item = items.get(&(format!("ORDER#{order}"), "ORDER".to_owned()));
            let amount = item.and_then(|item| item["total"]["N"].as_str()?.parse().ok());
            let amount: u64 =
                amount.ok_or_else(|| Trouble(format!("The order {order} has no total.")))?;
            let key = self.standin.approve(&order, amount, Method::Card);
            let key =
                key.ok_or_else(|| Trouble("The payment stand-in did not open.".to_owned()))?;
            reader.payment = Some((key, amount.to_string()));
        }
        let (key, amount) = reader.payment.clone().unwrap_or_default();
        Ok((order, key, amount))
    }
}

fn ordered(reader: &Reader) -> Outcome<&str> {
    reader.order.as_deref().ok_or_else(|| Trouble("The walk has come to no order yet.".to_owned()))
}

/// What opens this reader's riddle door.
fn solution(room: &str, session: &str) -> Outcome<String> {
    let house = domain::riddle::content::RoomSet::built_in().about("the house")?;
    let visitor = session.split('.').next().unwrap_or_default();
    let riddle = house.room(room).and_then(|room| room.riddle_for(visitor));
    let written = riddle.and_then(|riddle| match &riddle.solution {
        Solution::Word(answers) => Some(answers.first()?.written().to_owned()),
        Solution::Rhythm(rhythm) => Some(rhythm.written()),
    });
    written.ok_or_else(|| Trouble(format!("The room {room} has no riddle for this reader.")))
}

/// Builds the functions, and notes the variables that the template gives each.
fn noting(
    noted: &Arc<Mutex<BTreeMap<String, BTreeMap<String, String>>>>,
    functions: Build,
) -> Build {
    let noted = Arc::clone(noted);
    Arc::new(move |name: &str, parts: Parts| {
        let mut noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
        noted.insert(name.to_owned(), parts.environment.clone());
        functions(name, parts)
    })
}
