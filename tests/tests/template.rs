//! The rules of `template.yaml`: it deploys every function folder, under one name, safely.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a template that cannot be read fails the test"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use local::{Build, Config, Function, Parts, Source, System, Template};
use platform::{Clock, Environment, Platform, Random};
use serde_json::Value as Json;

// -------------------------------------------------------------------------------------------------
// reading

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn text(path: &str) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn toml(path: &str) -> toml::Table {
    text(path).parse().unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn template() -> Template {
    Template::load(&root().join("template.yaml"), &BTreeMap::new()).unwrap()
}

/// The names in a folder that end in `ending`, without it.
fn listed(folder: &str, ending: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter_map(|name| name.strip_suffix(ending).map(str::to_owned)).collect()
}

fn folders() -> BTreeSet<String> {
    listed("functions", "")
}

/// The stem of a logical id: `owner-desk` → `OwnerDesk`.
fn stem(folder: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    folder.split('-').map(capital).collect()
}

/// The function of a saved event: `owner-ship-wrong-number` is a case of `owner-ship`. The longest
/// name wins.
fn called_by<'a>(event: &str, folders: &'a BTreeSet<String>) -> Option<&'a String> {
    let fits = |folder: &&String| {
        event
            .strip_prefix(folder.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    folders.iter().filter(fits).max_by_key(|folder| folder.len())
}

fn resources(template: &Template) -> &serde_json::Map<String, Json> {
    template.document["Resources"].as_object().unwrap()
}

/// A resolved property of a resource; null if it is not set.
fn property(template: &Template, resource: &str, name: &str) -> Json {
    let written = &template.document["Resources"][resource]["Properties"][name];
    template.scope().resolve(written, &format!("{resource}.{name}")).unwrap().unwrap_or_default()
}

/// The statements of a function's role, unresolved.
fn statements<'a>(template: &'a Template, folder: &str) -> Vec<&'a Json> {
    let policies =
        &template.document["Resources"][format!("{}Role", stem(folder))]["Properties"]["Policies"];
    let policies =
        policies.as_array().unwrap_or_else(|| panic!("the role of {folder} has no policy"));
    policies
        .iter()
        .flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap())
        .collect()
}

// -------------------------------------------------------------------------------------------------
// names

#[test]
fn a_folder_is_a_binary_a_function_of_the_template_and_a_saved_event() {
    let (template, folders, events) = (template(), folders(), listed("events", ".json"));
    let functions: BTreeSet<String> = template.functions.keys().cloned().collect();
    assert_eq!(functions, folders, "functions of template.yaml and folders in functions/");
    for folder in &folders {
        let manifest = toml(&format!("functions/{folder}/Cargo.toml"));
        let written = manifest.get("bin").and_then(|bins| bins[0].get("name"));
        let binary = written.unwrap_or_else(|| &manifest["package"]["name"]).as_str().unwrap();
        assert_eq!(binary, folder, "the binary of functions/{folder}");
        let function = &template.functions[folder];
        assert_eq!(function.logical_id, format!("{}Function", stem(folder)));
        assert_eq!(function.deployed_name, format!("{}-{folder}", template.names.stack));
        assert!(events.contains(folder), "there is no events/{folder}.json");
    }
    let mut cases: BTreeMap<&String, u32> = BTreeMap::new();
    for event in &events {
        let folder = called_by(event, &folders)
            .unwrap_or_else(|| panic!("events/{event}.json is for no function"));
        *cases.entry(folder).or_default() += 1;
        // The console hides every event of a function that breaks these limits.
        assert!(
            event.len() <= 25,
            "events/{event}.json: the console takes names of at most 25 characters"
        );
        assert!(cases[folder] <= 10, "the console shows at most ten events of {folder}");
    }
}

#[test]
fn main_only_wires_the_library() {
    for folder in folders() {
        let lines = text(&format!("functions/{folder}/src/main.rs")).lines().count();
        assert!(lines <= 20, "functions/{folder}/src/main.rs has {lines} lines, more than 20");
    }
}

// -------------------------------------------------------------------------------------------------
// routes

/// The template's routes as `cargo lambda watch` writes them, with the function each leads to.
fn routes(template: &Template) -> BTreeMap<String, String> {
    let routes = template.routes().map(|(function, route)| {
        assert_eq!(
            route.method,
            None,
            "{} of {function}: functions handle every method",
            route.key()
        );
        let path = route.path.clone().unwrap_or_else(|| "/{*elsewhere}".into());
        (path, function.to_owned())
    });
    routes.collect()
}

/// API Gateway refuses a stage whose settings name a route that the API does not have.
#[test]
fn limits_of_single_routes_are_of_routes_that_exist() {
    let template = template();
    let routes = routes(&template);
    let settings = property(&template, "Api", "RouteSettings");
    let limited: Vec<&str> = settings.as_object().unwrap().keys().map(String::as_str).collect();
    for route in &limited {
        let path = route.strip_prefix("ANY ").unwrap();
        assert!(routes.contains_key(path), "{route}: {routes:?}");
    }
    for path in ["/", "/asset/{file}", "/toss-webhook", "/pay/{order}"] {
        assert!(limited.contains(&format!("ANY {path}").as_str()), "{path} has no limit");
    }
}

#[test]
fn the_watch_router_has_the_routes_of_the_template() {
    let manifest = toml("Cargo.toml");
    let router = &manifest["workspace"]["metadata"]["lambda"]["watch"]["router"];
    let router = router
        .as_table()
        .unwrap()
        .iter()
        .map(|(path, to)| (path.clone(), to.as_str().unwrap().to_owned()));
    assert_eq!(router.collect::<BTreeMap<_, _>>(), routes(&template()));
}

#[tokio::test]
async fn the_local_run_routes_each_path_to_its_function() {
    let recorder = Recorder::start().await;
    for (path, function) in routes(recorder.system.template()) {
        let path =
            path.replace("{order}", "01JD3ZQ8W9X0Y1Z2A3B4C5D6E7").replace("{outcome}", "success");
        let path = path.replace("{*elsewhere}", "no/such/room");
        let request = http::Request::get(&path)
            .header("host", "localhost")
            .body(bytes::Bytes::new())
            .unwrap();
        recorder.system.request(request).await;
        assert_eq!(recorder.called.lock().unwrap().pop(), Some(function), "GET {path}");
    }
}

/// Links, cookies, codes on paper and what Toss is told begin with one address. With a certificate it
/// is the API's own name, and the API has no other.
#[test]
fn a_shop_has_one_address() {
    let text = text("template.yaml");
    let with = |parameters: &[(&str, &str)]| {
        let parameters = parameters.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        Template::parse(&text, &parameters.collect()).unwrap()
    };
    let own = "https://shop.example.kr";
    let certificate = "arn:aws:acm:ap-northeast-2:000000000000:certificate/0a1b-2c3d";
    let outputs = |template: &Template, name: &str| {
        let value = &template.document["Outputs"][name]["Value"];
        template.scope().resolve(value, name).unwrap().unwrap()
    };
    let named = with(&[("PageUrl", own), ("CertificateArn", certificate)]);
    assert!(named.scope().holds("HasOwnName", "").unwrap());
    assert_eq!(property(&named, "ApiDomain", "DomainName"), "shop.example.kr");
    let domain = &property(&named, "ApiDomain", "DomainNameConfigurations")[0];
    assert_eq!(domain["CertificateArn"], certificate);
    assert_eq!(domain["EndpointType"], "REGIONAL");
    assert_eq!(property(&named, "Api", "DisableExecuteApiEndpoint"), true);
    assert_eq!(named.environment_values("PAGE_URL"), [own]);
    assert_eq!(outputs(&named, "ApiUrl"), format!("{own}/"));
    assert_eq!(outputs(&named, "WebhookUrl"), format!("{own}/toss-webhook"));

    // Behind something else that has the name, and without a name, the API answers as it is.
    for parameters in [&[("PageUrl", own)][..], &[]] {
        let unnamed = with(parameters);
        assert!(!unnamed.scope().holds("HasOwnName", "").unwrap());
        assert_eq!(property(&unnamed, "Api", "DisableExecuteApiEndpoint"), false);
    }
    for resource in ["ApiDomain", "ApiDomainMapping"] {
        assert_eq!(named.document["Resources"][resource]["Condition"], "HasOwnName");
    }
    let mapping = &named.document["Resources"]["ApiDomainMapping"]["Properties"];
    assert_eq!(mapping["ApiId"]["Ref"], "Api");
    assert_eq!(mapping["DomainName"]["Ref"], "ApiDomain");
}

// -------------------------------------------------------------------------------------------------
// queues

#[test]
fn every_queue_has_dead_letters_that_outlast_it() {
    let template = template();
    for queue in template.queues.values().filter(|queue| !queue.logical_id.ends_with("DeadLetters"))
    {
        let name = &queue.logical_id;
        let redrive =
            queue.redrive.as_ref().unwrap_or_else(|| panic!("{name} has no dead letters"));
        let dead = template.queues.values().find(|dead| dead.arn == redrive.target);
        let dead =
            dead.unwrap_or_else(|| panic!("the dead letters of {name} are not in the template"));
        assert_eq!(dead.logical_id, name.replace("Queue", "DeadLetters"));
        assert_eq!(dead.name, format!("{}-dead", queue.name));
        assert!(
            dead.retention > queue.retention,
            "{name}: dead letters are kept longer than the queue"
        );
        assert!(redrive.receives >= 5, "{name}: a task gets five tries");
        let allowed = property(&template, &dead.logical_id, "RedriveAllowPolicy");
        assert_eq!(
            allowed["sourceQueueArns"][0],
            queue.arn.as_str(),
            "{name} alone may redrive to it"
        );
    }
}

#[test]
fn the_visibility_timeout_is_six_times_the_functions_timeout() {
    let template = template();
    let mut fed = BTreeSet::new();
    for function in template.functions.values() {
        for source in &function.queues {
            let queue = template.queues.values().find(|queue| queue.arn == source.queue).unwrap();
            let (visible, timeout) = (queue.visibility, function.timeout);
            assert!(
                visible >= 6 * timeout,
                "{}: {visible} s for a function of {timeout} s",
                queue.logical_id
            );
            fed.insert(&queue.logical_id);
        }
    }
    let queues = template.queues.keys().filter(|name| name.ends_with("Queue"));
    assert_eq!(fed, queues.collect(), "every queue feeds a function");
}

/// A call that is cut off by the function's own end leaves an outcome that nobody records.
#[test]
fn a_call_to_the_provider_ends_before_its_function_and_the_function_before_its_message() {
    let template = template();
    let limits = toss::Timeouts::default();
    let calls = [limits.connect, limits.query, limits.change];
    let longest = calls.into_iter().max().unwrap() + toss::Client::MARGIN;
    let mut seen = BTreeSet::new();
    for (folder, function) in &template.functions {
        if !function.environment.contains_key("TOSS_API_URL") {
            continue;
        }
        seen.insert(folder.as_str());
        let timeout = std::time::Duration::from_secs(u64::from(function.timeout));
        assert!(longest < timeout, "{folder} ends after {timeout:?}, a call after {longest:?}");
        for source in &function.queues {
            let queue = template.queues.values().find(|queue| queue.arn == source.queue).unwrap();
            let hidden = std::time::Duration::from_secs(u64::from(queue.visibility));
            assert!(timeout < hidden, "{folder} ends after {timeout:?}, its message {hidden:?}");
        }
    }
    let talking = ["pay", "reconcile", "refund", "sweep", "toss-webhook"];
    assert_eq!(seen, BTreeSet::from(talking), "functions that talk to the provider");
}

#[test]
fn functions_with_batches_report_each_failure() {
    for function in template().functions.values() {
        for source in &function.queues {
            assert!(
                source.reports_failures,
                "{}: FunctionResponseTypes [ReportBatchItemFailures]",
                function.name
            );
        }
        for source in &function.streams {
            assert!(
                source.reports_failures,
                "{}: FunctionResponseTypes [ReportBatchItemFailures]",
                function.name
            );
            assert!(source.bisect, "{}: one bad record must not fail its batch", function.name);
            assert!(
                source.attempts.is_some(),
                "{}: a bad record must not block its shard for a day",
                function.name
            );
            assert!(
                source.on_failure.is_some(),
                "{}: records that are given up go to a queue",
                function.name
            );
        }
    }
}

#[test]
fn a_function_has_one_mapping_per_source() {
    let template = template();
    for function in template.functions.values() {
        let queues = function.queues.iter().map(|source| source.queue.clone());
        let sources: Vec<String> =
            queues.chain(function.streams.iter().map(|source| source.stream.clone())).collect();
        let distinct: BTreeSet<&String> = sources.iter().collect();
        assert_eq!(distinct.len(), sources.len(), "{}: {sources:?}", function.name);
    }
}

#[test]
fn a_second_mapping_of_one_function_to_one_source_is_refused() {
    let text = text("template.yaml");
    let begin = text.find("        Outbox:\n").unwrap();
    let length = text[begin..].find("\n\n").unwrap();
    let outbox = &text[begin..=begin + length];
    let second = outbox.replacen("Outbox:", "Second:", 1);
    let twice = text.replacen(outbox, &format!("{outbox}{second}"), 1);
    let refusal = Template::parse(&twice, &BTreeMap::new()).unwrap_err().to_string();
    assert!(
        refusal.contains("ResourceConflictException (409)")
            && refusal.contains("provided mapping already exists")
            && refusal.contains("Resources.RelayFunction.Properties.Events.Second"),
        "{refusal}"
    );
}

// -------------------------------------------------------------------------------------------------
// permissions

#[test]
fn every_function_has_its_own_role() {
    let template = template();
    for function in template.functions.values() {
        assert_eq!(
            function.role,
            Some(format!("{}Role", stem(&function.name))),
            "the role of {}",
            function.name
        );
        let role = function.role.as_ref().unwrap();
        for managed in ["ManagedPolicyArns", "PermissionsBoundary"] {
            assert_eq!(
                property(&template, role, managed),
                Json::Null,
                "{role}: permissions are written out"
            );
        }
    }
    let roles = resources(&template)
        .values()
        .filter(|resource| resource["Type"] == "AWS::IAM::Role")
        .count();
    assert_eq!(roles, template.functions.len(), "one role per function");
}

/// The statements of the policy for the owner's user, unresolved.
fn owner_policy(template: &Template) -> impl Iterator<Item = &Json> {
    let policy = &template.document["Resources"]["OwnerPolicy"]["Properties"]["PolicyDocument"];
    policy["Statement"].as_array().into_iter().flatten()
}

/// The owner calls every function of the owner and no other, and changes nothing else.
#[test]
fn the_owners_policy_calls_the_owners_functions_and_reads_the_rest() {
    let template = template();
    let mut called = BTreeSet::new();
    for statement in owner_policy(&template) {
        let actions = statement["Action"].as_array().unwrap();
        for action in actions.iter().map(|action| action.as_str().unwrap()) {
            let (_, verb) = action.split_once(':').unwrap();
            let reads = ["Describe", "Filter", "Get", "List", "StartQuery"];
            if verb == "InvokeFunction" {
                for function in statement["Resource"].as_array().unwrap() {
                    called.insert(function["Fn::GetAtt"][0].as_str().unwrap().to_owned());
                }
            } else {
                assert!(reads.iter().any(|read| verb.starts_with(read)), "{action}");
            }
        }
    }
    let owners = template
        .functions
        .values()
        .filter(|function| function.name.starts_with("owner-") || function.name == "reconcile");
    assert_eq!(called, owners.map(|function| function.logical_id.clone()).collect());
}

/// A statement with `*` in an action or a resource has a comment above it that gives the reason.
#[test]
fn a_wildcard_in_a_permission_has_a_reason() {
    let (template, text) = (template(), text("template.yaml"));
    let mut found = 0;
    for folder in template.functions.keys() {
        for statement in statements(&template, folder) {
            assert_eq!(statement["Effect"], "Allow");
            assert!(
                statement.get("NotAction").is_none() && statement.get("NotResource").is_none(),
                "{folder}: {statement}"
            );
            found += usize::from(statement.to_string().contains('*'));
        }
    }
    for statement in owner_policy(&template) {
        found += usize::from(statement.to_string().contains('*'));
    }
    let mut reasoned = 0;
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    // Comments, cron expressions and patterns of parameters contain stars, too.
    let others = ["#", "Schedule: cron(", "AllowedPattern:"];
    let permits =
        |line: &str| line.contains('*') && !others.iter().any(|other| line.starts_with(other));
    for (number, line) in lines.iter().enumerate().filter(|(_, line)| permits(line)) {
        let statement = (0..=number).rev().find(|&above| lines[above].starts_with("- Effect:"));
        let statement = statement.unwrap_or_else(|| {
            panic!("line {}: a wildcard outside a statement: {line}", number + 1)
        });
        assert!(
            lines[statement - 1].starts_with('#'),
            "line {}: no reason above the statement: {line}",
            number + 1
        );
        reasoned += 1;
    }
    assert_eq!(reasoned, found, "wildcards in the roles, and wildcards with a reason");
}

// -------------------------------------------------------------------------------------------------
// the functions

#[test]
fn functions_run_on_arm_and_end_before_the_apis_timeout() {
    let template = template();
    let all = &template.document["Globals"]["Function"];
    assert_eq!(all["Architectures"], serde_json::json!(["arm64"]));
    assert_eq!(all["Runtime"], "provided.al2023");
    assert_eq!(all["Handler"], "bootstrap");
    for function in template.functions.values() {
        for common in ["Architectures", "Runtime", "Handler"] {
            assert_eq!(
                property(&template, &function.logical_id, common),
                Json::Null,
                "{}: {common} is set in Globals",
                function.name
            );
        }
        // The HTTP API's timeout is 30 seconds. A reader waits for ten at most, except for their
        // money; at a webhook nobody waits.
        // The owner's pages wait for the owner's functions, which end after twenty.
        let longer = matches!(function.name.as_str(), "pay" | "toss-webhook" | "office");
        let longest = if function.routes.is_empty() || longer { 30 } else { 10 };
        let timeout = function.timeout;
        assert!(timeout <= longest, "{} may run {timeout} s", function.name);
        assert!(
            function.routes.is_empty() || timeout < 30,
            "{} may run longer than the API waits",
            function.name
        );
    }
}

/// The limits nest, so that what is slow is answered and not cut off: an owner's function, the call of
/// it (24 s, shared/invoke), the office, the API.
#[test]
fn an_owners_function_ends_before_the_office_gives_up() {
    let template = template();
    let timeout = |name: &str| template.functions[name].timeout;
    for function in template.functions.values().filter(|one| one.name.starts_with("owner-")) {
        assert!(function.timeout <= 20, "{} may run {} s", function.name, function.timeout);
    }
    assert!(timeout("office") > 24 && timeout("office") < 30, "{}", timeout("office"));
}

/// How a statement names the owner's table.
const OFFICE: &str = r#"["Office","Arn"]"#;

/// Only the office calls functions, and neither those that make keys nor those that set the rooms.
#[test]
fn only_the_office_invokes_and_only_it_reads_its_table() {
    let template = template();
    let mut writers = 0;
    for (name, role) in
        resources(&template).iter().filter(|(_, role)| role["Type"] == "AWS::IAM::Role")
    {
        let policies = role["Properties"]["Policies"].to_string();
        if name == "OfficeRole" {
            // By their names, so that nothing else says whether they exist.
            let called = policies.split("${AWS::StackName}-").skip(1);
            let called: BTreeSet<&str> =
                called.filter_map(|rest| Some(rest.split_once('"')?.0)).collect();
            let owners = template.functions.keys().map(String::as_str).filter(|name| {
                (name.starts_with("owner-") || *name == "reconcile")
                    && !["owner-office", "owner-house"].contains(name)
            });
            assert_eq!(called, owners.collect());
            continue;
        }
        assert!(!policies.contains("lambda:InvokeFunction"), "{name} calls functions");
        if name == "OwnerOfficeRole" {
            continue;
        }
        // The others write the lines of their acts, and nothing else of the owner's.
        for policy in role["Properties"]["Policies"].as_array().into_iter().flatten() {
            let statements = policy["PolicyDocument"]["Statement"].as_array().into_iter().flatten();
            for statement in statements.filter(|one| one.to_string().contains(OFFICE)) {
                assert_eq!(statement["Action"], "dynamodb:PutItem", "{name}: {statement}");
                let keys = statement["Condition"].to_string();
                assert!(keys.contains("ACTS#*") && !keys.contains("OFFICE"), "{name}: {statement}");
                writers += 1;
            }
        }
    }
    // The owner's functions and `reconcile`, without the one that makes keys.
    let owners = template.functions.keys();
    let owners = owners.filter(|name| name.starts_with("owner-") || *name == "reconcile").count();
    assert_eq!(writers, owners - 1);
}

/// A page that knows visits reads no orders, and nothing can read or write a whole table.
#[test]
fn every_role_reaches_its_own_partitions_only() {
    let template = template();
    let mut found = 0;
    for (name, role) in
        resources(&template).iter().filter(|(_, role)| role["Type"] == "AWS::IAM::Role")
    {
        for policy in role["Properties"]["Policies"].as_array().into_iter().flatten() {
            let statements = policy["PolicyDocument"]["Statement"].as_array().into_iter().flatten();
            for statement in statements {
                if statement["Resource"]["Fn::GetAtt"] != serde_json::json!(["Table", "Arn"]) {
                    assert!(
                        !statement["Resource"].to_string().contains(r#"["Table","Arn"]"#),
                        "{name}: the table stands with others in {statement}"
                    );
                    continue;
                }
                let keys = &statement["Condition"]["ForAllValues:StringLike"];
                let keys = keys["dynamodb:LeadingKeys"].as_array();
                let keys = keys.unwrap_or_else(|| panic!("{name}: any key in {statement}"));
                assert!(!keys.is_empty() && !keys.contains(&"*".into()), "{name}: {statement}");
                // For all values of none is met: a scan names no key.
                assert!(!statement["Action"].to_string().contains("Scan"), "{name}: {statement}");
                found += 1;
            }
        }
    }
    assert!(found > 30, "{found} statements on the table");
}

#[test]
fn every_log_group_has_a_retention_time() {
    let template = template();
    for function in template.functions.values() {
        let log = format!("{}Log", stem(&function.name));
        assert_eq!(
            template.document["Resources"][&function.logical_id]["Properties"]["LoggingConfig"]["LogGroup"]
                ["Ref"],
            log.as_str(),
            "the log of {}",
            function.name
        );
        let name = property(&template, &log, "LogGroupName");
        assert_eq!(name, format!("/aws/lambda/{}", function.deployed_name), "the name of {log}");
    }
    for (name, resource) in resources(&template)
        .iter()
        .filter(|(_, resource)| resource["Type"] == "AWS::Logs::LogGroup")
    {
        assert!(
            !resource["Properties"]["RetentionInDays"].is_null(),
            "{name} would be kept forever"
        );
    }
}

#[test]
fn the_table_is_protected_against_loss() {
    let template = template();
    let names: Vec<&String> = template.tables.keys().collect();
    assert_eq!(
        names,
        ["Office", "Records", "Table"],
        "the owner's keys and acts, what the law keeps, the shop's table"
    );
    assert_eq!(template.tables["Office"].stream, None);
    is_protected(&template, &template.tables["Office"]);
    // On a live stack no update replaces a table.
    let policy = text("infra/deploy/preflight.py");
    for name in &names {
        assert!(policy.contains(&format!("\"LogicalResourceId/{name}\"")), "{name} has no guard");
    }
    // What the law keeps is in no stream: nothing follows from it.
    assert_eq!(template.tables["Records"].stream, None);
    is_protected(&template, &template.tables["Records"]);
    let table = &template.tables["Table"];
    assert_eq!(table.stream.as_deref(), Some("NEW_AND_OLD_IMAGES"));
    is_protected(&template, table);
}

fn is_protected(template: &Template, table: &local::template::Table) {
    assert_eq!(table.expires.as_deref(), Some("expires"));
    assert_eq!(
        table.properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"],
        true
    );
    let resource = &template.document["Resources"][&table.logical_id];
    assert_eq!(
        (&resource["DeletionPolicy"], &resource["UpdateReplacePolicy"]),
        (&"Retain".into(), &"Retain".into())
    );
}

// -------------------------------------------------------------------------------------------------
// comments and descriptions

/// The alarms by their names, each with its metrics: namespace, name, and dimensions as text.
fn alarms() -> BTreeMap<String, Vec<(String, String, String)>> {
    let written = alarms_file();
    let resources = written["Resources"].as_object().unwrap().values();
    let alarms = resources.filter(|resource| resource["Type"] == "AWS::CloudWatch::Alarm");
    alarms
        .map(|alarm| {
            let alarm = &alarm["Properties"];
            assert_eq!(alarm["AlarmActions"].as_array().map(Vec::len), Some(1), "{alarm}");
            let name = alarm["AlarmName"]["Fn::Sub"].as_str().unwrap();
            let name = name.strip_prefix("${House}-").unwrap().to_owned();
            let one = [alarm.clone()];
            let metrics: Vec<_> = match alarm["Metrics"].as_array() {
                None => one.iter().map(metric).collect(),
                Some(metrics) => metrics
                    .iter()
                    .filter(|metric| !metric["MetricStat"].is_null())
                    .map(|each| metric(&each["MetricStat"]["Metric"]))
                    .collect(),
            };
            assert!(metrics.len() <= 10, "{name}: an expression takes ten metrics");
            (name, metrics)
        })
        .collect()
}

fn alarms_file() -> Json {
    local::template::long_form(&serde_norway::from_str(&text("infra/alarms.yaml")).unwrap())
        .unwrap()
}

fn metric(of: &Json) -> (String, String, String) {
    let text = |name: &str| of[name].as_str().unwrap().to_owned();
    (text("Namespace"), text("MetricName"), of["Dimensions"].to_string())
}

#[test]
fn an_alarm_watches_every_resource_by_its_kind() {
    let alarms = alarms();
    let all: Vec<_> = alarms.values().flatten().collect();
    let watched = |namespace: &str, metric: &str, name: &str| {
        all.iter().any(|(of, called, dimensions)| {
            (of.as_str(), called.as_str()) == (namespace, metric)
                && dimensions.contains(&format!("${{House}}-{name}\""))
        })
    };
    let template = template();
    let mut kinds = BTreeMap::<&str, u32>::new();
    let mut seen = |kind: &'static str| *kinds.entry(kind).or_default() += 1;
    let outbox: BTreeSet<&str> =
        domain::order::message::Queue::ALL.map(domain::order::message::Queue::name).into();
    let stack = serde_json::json!({ "Ref": "AWS::StackName" });
    let stack = template.scope().resolve(&stack, "stack").unwrap().unwrap();
    let name = |resource: &str, property_name: &str| {
        let name = property(&template, resource, property_name);
        let name = name.as_str().unwrap().strip_prefix(stack.as_str().unwrap()).unwrap();
        name.trim_start_matches('-').to_owned()
    };
    for (id, resource) in resources(&template) {
        match resource["Type"].as_str().unwrap() {
            "AWS::SQS::Queue" => {
                let queue = name(id, "QueueName");
                if queue.ends_with("-dead") {
                    seen("dead letters");
                    // `sweep` counts them, as one metric.
                    let counted = &template.functions["sweep"].environment["DEAD_LETTERS"];
                    let url = &template.queues[id].url;
                    assert!(counted.split(' ').any(|counted| counted == url), "{queue}");
                } else if outbox.contains(queue.as_str()) {
                    // Its oldest message is the outbox's (`OldestUnhandled`).
                    seen("outbox");
                } else {
                    seen("queue");
                    assert!(watched("AWS/SQS", "ApproximateAgeOfOldestMessage", &queue), "{queue}");
                }
            }
            "AWS::SNS::Topic" => {
                seen("topic");
                let topic = name(id, "TopicName");
                assert!(watched("AWS/SNS", "NumberOfNotificationsFailed", &topic), "{topic}");
            }
            "AWS::Serverless::Function" => {
                let function = name(id, "FunctionName");
                for event in resource["Properties"]["Events"].as_object().into_iter().flatten() {
                    match event.1["Type"].as_str().unwrap() {
                        "Schedule" => {
                            seen("schedule");
                            assert!(watched("AWS/Lambda", "Invocations", &function), "{function}");
                        }
                        "DynamoDB" => {
                            seen("stream");
                            assert!(watched("AWS/Lambda", "IteratorAge", &function), "{function}");
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    let wanted = [
        ("dead letters", 8),
        ("outbox", 5),
        ("queue", 1),
        ("schedule", 4),
        ("stream", 2),
        ("topic", 2),
    ];
    assert_eq!(kinds, wanted.into());
    // Of all functions, and of what has no name of its own.
    for (namespace, metric) in [
        ("AWS/Lambda", "Errors"),
        ("AWS/Lambda", "Throttles"),
        ("AWS/Lambda", "ConcurrentExecutions"),
        ("AWS/DynamoDB", "ReadThrottleEvents"),
        ("AWS/DynamoDB", "WriteThrottleEvents"),
        ("AWS/ApiGateway", "5xx"),
        ("AWS/ApiGateway", "Latency"),
        ("Gongganmunhak", "OldestUnhandled"),
        ("Gongganmunhak", "DeadLetters"),
        ("Gongganmunhak", "MoneyFaults"),
        ("Gongganmunhak", "PaymentsTurnedAway"),
        ("Gongganmunhak", "NearTimeout"),
    ] {
        assert!(
            all.iter().any(|(of, called, _)| (of.as_str(), called.as_str()) == (namespace, metric)),
            "{namespace} {metric}"
        );
    }
    // What alarms cost: ten metrics of an account are free, each other one is $0.10 a month.
    assert!(all.len() <= 23, "{} metrics are watched", all.len());
}

#[test]
fn every_alarm_has_a_line_in_the_manual() {
    let manual = text("docs/operations.md");
    let alarms = alarms();
    for name in alarms.keys() {
        assert!(manual.contains(&format!("| `{name}` |")), "docs/operations.md: {name}");
    }
    let named = manual.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(named, alarms.len(), "docs/operations.md names an alarm that is gone");
}

#[test]
fn alarms_and_dashboard_name_metrics_that_the_functions_write() {
    let known: BTreeSet<&str> =
        platform::metrics::Metric::ALL.iter().map(|metric| metric.name()).collect();
    let mut used = BTreeSet::new();
    for (namespace, metric, dimensions) in alarms().into_values().flatten() {
        if namespace == platform::metrics::NAMESPACE {
            assert!(dimensions.contains(r#""Name":"Stack""#), "{metric}: {dimensions}");
            used.insert(metric);
        }
    }
    let dashboard = &alarms_file()["Resources"]["Dashboard"]["Properties"]["DashboardBody"];
    let body: Json = serde_json::from_str(dashboard["Fn::Sub"].as_str().unwrap()).unwrap();
    for widget in body["widgets"].as_array().unwrap() {
        for metric in widget["properties"]["metrics"].as_array().into_iter().flatten() {
            if metric[0] == platform::metrics::NAMESPACE {
                assert_eq!((&metric[2], &metric[3]), (&"Stack".into(), &"${House}".into()));
                used.insert(metric[1].as_str().unwrap().to_owned());
            }
        }
    }
    assert_eq!(used.iter().map(String::as_str).collect::<BTreeSet<_>>(), known);
    let shown = body.to_string();
    for name in alarms().keys() {
        assert!(shown.contains(&format!(":alarm:${{House}}-{name}\"")), "{name}");
    }
}

#[test]
fn the_functions_that_move_money_exist() {
    let folders = folders();
    for name in platform::metrics::MONEY {
        assert!(folders.contains(name), "{name}");
    }
}

#[test]
fn the_query_of_an_order_reads_functions_that_exist() {
    let written = alarms_file();
    let query = &written["Resources"]["OrderQuery"]["Properties"];
    let groups = query["LogGroupNames"].as_array().unwrap();
    assert!(groups.len() <= 50, "a query takes fifty log groups");
    let folders = folders();
    for group in groups {
        let name = group["Fn::Sub"].as_str().unwrap();
        let name = name.strip_prefix("/aws/lambda/${House}-").unwrap();
        assert!(folders.contains(name), "{name}");
    }
    let named = |queue: domain::order::message::Queue| {
        groups.iter().any(|group| group.to_string().contains(&format!("}}-{}\"", queue.name())))
    };
    assert!(domain::order::message::Queue::ALL.into_iter().all(named));
}

#[test]
fn every_queue_delivers_as_often_as_the_batch_loop_counts() {
    let template = template();
    let mut queues = 0;
    for (id, resource) in resources(&template) {
        let redrive = property(&template, id, "RedrivePolicy");
        if resource["Type"] == "AWS::SQS::Queue" && !redrive.is_null() {
            assert_eq!(redrive["maxReceiveCount"], messaging::DELIVERIES, "{id}");
            queues += 1;
        }
    }
    assert_eq!(queues, 6);
}

#[test]
fn every_resource_has_a_comment() {
    for file in ["template.yaml", "infra/alarms.yaml"] {
        let text = text(file);
        let lines: Vec<&str> = text.lines().collect();
        let begin = lines.iter().position(|line| *line == "Resources:").unwrap();
        let length = lines[begin + 1..]
            .iter()
            .take_while(|line| line.is_empty() || line.starts_with([' ', '#']))
            .count();
        let mut resources = 0;
        for number in begin + 1..=begin + length {
            let key =
                lines[number].strip_prefix("  ").filter(|key| key.starts_with(char::is_alphabetic));
            if let Some(key) = key.and_then(|key| key.strip_suffix(':')) {
                assert!(lines[number - 1].starts_with("  # "), "{file}: {key} has no comment");
                resources += 1;
            }
        }
        let written = local::template::long_form(&serde_norway::from_str(&text).unwrap()).unwrap();
        assert_eq!(
            resources,
            written["Resources"].as_object().unwrap().len(),
            "{file}: number of resources"
        );
    }
}

#[test]
fn parameters_and_outputs_are_described() {
    let template = template();
    for part in ["Parameters", "Outputs"] {
        for (name, value) in template.document[part].as_object().unwrap() {
            let described = value["Description"].as_str().unwrap_or_default();
            assert!(described.ends_with('.'), "{part}.{name}: {described:?} is not a sentence");
        }
    }
}

// -------------------------------------------------------------------------------------------------
// variables

/// The local system, which records the variables that each function reads and the functions that
/// are called.
struct Recorder {
    system: System,
    read: Arc<Mutex<BTreeMap<String, Environment>>>,
    called: Arc<Mutex<Vec<String>>>,
}

impl Recorder {
    async fn start() -> Self {
        let read = Arc::new(Mutex::new(BTreeMap::new()));
        let called = Arc::new(Mutex::new(Vec::new()));
        let build: Build = {
            let (read, called) = (Arc::clone(&read), Arc::clone(&called));
            Arc::new(move |name: &str, parts: Parts| {
                let environment: Environment = parts.environment.into_iter().collect();
                read.lock().unwrap().insert(name.to_owned(), environment.clone());
                let (now, random) = (parts.now, Random::seeded([7; 32]));
                let inner = local::registry::function(
                    name,
                    Platform::new(environment, Clock::new(move || now()), random, parts.http),
                )?;
                let (called, name) = (Arc::clone(&called), name.to_owned());
                let outer: Function = Arc::new(move |event, context| {
                    called.lock().unwrap().push(name.clone());
                    inner(event, context)
                });
                Some(outer)
            })
        };
        let mut config = Config::stepped(Source::Path(root().join("template.yaml")), build);
        // A session key of 32 zero bytes.
        config.secrets.insert("SESSION_KEY_NAME".into(), format!("{}=", "A".repeat(43)));
        config.secrets.insert("TOSS_SECRET_NAME".into(), "test_sk_of_nobody".into());
        let pair = webpush::Vapid::generate().unwrap();
        let public = webpush::Vapid::new(&pair, "nobody@example.com").unwrap().public_key();
        config.parameters.insert("PushPublicKey".into(), public);
        config.secrets.insert("VAPID_KEY_NAME".into(), pair);
        Self { system: System::start(config).await.unwrap(), read, called }
    }
}

#[tokio::test]
async fn every_variable_that_a_function_reads_is_set_and_no_other() {
    let recorder = Recorder::start().await;
    for folder in folders() {
        let event: Json = serde_json::from_str(&text(&format!("events/{folder}.json"))).unwrap();
        recorder
            .system
            .invoke(&folder, event)
            .await
            .unwrap_or_else(|failure| panic!("{folder}: {}", failure.message));
        // Lambda sets the variables AWS_*.
        let read = recorder.read.lock().unwrap()[&folder].names_read();
        let read: BTreeSet<String> =
            read.into_iter().filter(|name| !name.starts_with("AWS_")).collect();
        let template = recorder.system.template();
        let set: BTreeSet<String> =
            template.functions[&folder].environment.keys().cloned().collect();
        // Some functions do not need every variable of Globals.
        let common = template.document["Globals"]["Function"]["Environment"]["Variables"]
            .as_object()
            .unwrap();
        let needless: Vec<&String> =
            set.difference(&read).filter(|name| !common.contains_key(*name)).collect();
        let missing: Vec<&String> = read.difference(&set).collect();
        assert!(missing.is_empty(), "{folder} reads {missing:?}, which template.yaml does not set");
        assert!(
            needless.is_empty(),
            "template.yaml sets {needless:?} on {folder}, which does not read it"
        );
    }
}

#[test]
fn no_variable_holds_a_secret() {
    let template = template();
    for function in template.functions.values() {
        for (name, value) in &function.environment {
            let secret =
                ["SECRET", "KEY", "TOKEN", "PASSWORD"].into_iter().any(|word| name.contains(word));
            // Toss's client key is public.
            if secret && name != "TOSS_CLIENT_KEY" {
                assert!(name.ends_with("_NAME"), "{}: {name} may be a secret", function.name);
                assert!(
                    value.starts_with("/gongganmunhak-local/"),
                    "{}: {name} is {value}, not the name of a parameter",
                    function.name
                );
            }
        }
    }
    for key in ["test_sk_", "live_sk_", "test_gsk_", "live_gsk_", "AKIA"] {
        assert!(
            !text("template.yaml").contains(key),
            "template.yaml has a key that begins with {key}"
        );
    }
}
