//! Reading templates: the fixture, wrong templates, and the shop's own.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed lookup fails the test")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use local::Template;

fn path(relative: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(relative)
}

fn fixture(overrides: &[(&str, &str)]) -> Template {
    let overrides =
        overrides.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Template::load(&path("tests/fixture/template.yaml"), &overrides).unwrap()
}

#[test]
fn names_resolve_to_local_ones() {
    let template = fixture(&[]);
    let relay = &template.functions["relay"];
    assert_eq!(relay.environment["TABLE_NAME"], "gongganmunhak-local-Table");
    assert_eq!(
        relay.environment["QUEUE_WORK"],
        "https://sqs.ap-northeast-2.amazonaws.com/000000000000/gongganmunhak-local-work"
    );
    let stream = &relay.streams[0];
    assert_eq!(
        (stream.batch_size, stream.bisect, stream.attempts, stream.reports_failures),
        (4, true, Some(2), true)
    );
    assert_eq!(
        template.functions["work"].environment["TOPIC_NOTICES"],
        template.topics["Notices"].arn
    );
    assert_eq!((relay.timeout, relay.memory), (5, 256));
    assert_eq!(template.function("OwnerLookFunction").unwrap().name, "owner-look");
    assert_eq!(template.functions["order"].deployed_name, "gongganmunhak-local-order");
    assert_eq!(template.functions["order"].role.as_deref(), Some("OrderRole"));

    let keys: Vec<String> =
        template.routes().map(|(name, route)| format!("{name}: {}", route.key())).collect();
    assert_eq!(
        keys,
        [
            "order: POST /order",
            "page: $default",
            "page: GET /files/{rest+}",
            "page: ANY /",
            "page: ANY /pay/{order}/{outcome}",
        ]
    );
    let work = &template.queues["WorkQueue"];
    assert_eq!((work.visibility, work.redrive.as_ref().unwrap().receives), (30, 3));
    assert_eq!(template.tables["Table"].indexes["due"].key.hash, "waiting");
    assert_eq!(template.subscriptions.len(), 3);
}

#[test]
fn parameters_and_conditions_decide() {
    let template = fixture(&[("Stage", "live")]);
    assert_eq!(template.functions["page"].environment["STAGE_NAME"], "live");
    assert_eq!(template.environment_values("SESSION_KEY_NAME"), ["/fixture/live/session-key"]);
    assert_eq!(template.parameters["Greeting"].value, "어서 오세요");
}

#[test]
fn both_views_of_the_text_are_kept() {
    let template = fixture(&[]);
    let tagged = &template.raw["Resources"]["WorkQueue"]["Properties"]["QueueName"];
    assert!(matches!(tagged, serde_norway::Value::Tagged(t) if t.tag == "Sub"));
    let long = &template.document["Resources"]["WorkQueue"]["Properties"];
    assert_eq!(long["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][1], "Arn");
    assert_eq!(
        template.scope().text(&long["QueueName"], "here").unwrap().unwrap(),
        "gongganmunhak-local-work"
    );
}

#[test]
fn a_wrong_template_says_where_it_is_wrong() {
    let good = std::fs::read_to_string(path("tests/fixture/template.yaml")).unwrap();
    let cases = [
        (
            "!GetAtt WorkQueue.Arn",
            "!GetAtt NoQueue.Arn",
            "Resources.WorkFunction.Properties.Events.Tasks",
        ),
        ("rate(5 minutes)", "now and then", "is not a supported schedule"),
        ("Type: AWS::SQS::Queue", "Type: [1]", "a resource needs a type"),
        ("${Stage}/session-key", "${Stag}/session-key", "${Stag}"),
        ("maxReceiveCount: 3", "maxReceiveCount: 0", "maxReceiveCount from 1 to 1000"),
        ("target/lambda/work/", "target/lambda/relay/", "two functions are called relay"),
        ("Type: DynamoDB", "Type: Kinesis", "`Kinesis`"),
        ("Resources:\n", "Resources: {}\nThings:\n", "Resources"),
        ("Parameters:\n", "Parameters: [\n", "YAML"),
    ];
    for (from, to, said) in cases {
        assert!(good.contains(from), "{from}");
        let error =
            Template::parse(&good.replacen(from, to, 1), &BTreeMap::new()).unwrap_err().to_string();
        assert!(error.contains(said) && !error.contains('\n'), "{from} → {to}: {error}");
    }
    let overrides = BTreeMap::from([("Stage".to_owned(), "moon".to_owned())]);
    assert!(
        Template::parse(&good, &overrides)
            .unwrap_err()
            .to_string()
            .contains("moon is not one of dev, live")
    );
    let overrides = BTreeMap::from([("Nothing".to_owned(), String::new())]);
    assert!(
        Template::parse(&good, &overrides)
            .unwrap_err()
            .to_string()
            .contains("there is no parameter Nothing")
    );
    assert!(
        Template::load(&path("nothing.yaml"), &BTreeMap::new())
            .unwrap_err()
            .to_string()
            .contains("nothing.yaml")
    );
}

#[test]
fn a_second_mapping_of_one_function_to_one_source_is_refused_as_by_lambda() {
    let good = std::fs::read_to_string(path("tests/fixture/template.yaml")).unwrap();
    let refusal = |at: &str, second: &str| {
        assert!(good.contains(at), "{at}");
        let text = good.replacen(at, &format!("{second}{at}"), 1);
        Template::parse(&text, &BTreeMap::new()).unwrap_err().to_string()
    };
    let queue = refusal(
        "        Tasks:\n",
        "        Again: {Type: SQS, Properties: {Queue: !GetAtt WorkQueue.Arn, Enabled: false}}\n",
    );
    let said = "An event source mapping with SQS arn (\" arn:aws:sqs:ap-northeast-2:000000000000:\
                gongganmunhak-local-work \") and function (\" gongganmunhak-local-WorkFunction \") \
                already exists. Please update or delete the existing mapping with UUID Again";
    assert!(
        queue.contains(said) && queue.contains("WorkFunction.Properties.Events.Tasks"),
        "{queue}"
    );
    let stream = refusal(
        "        Outbox:\n",
        "        Again: {Type: DynamoDB, Properties: {Stream: !GetAtt Table.StreamArn}}\n",
    );
    assert!(
        stream.contains(
            "ResourceConflictException (409): The event source arn (\" arn:aws:dynamodb:"
        ) && stream.contains("(\" gongganmunhak-local-RelayFunction \") provided mapping already"),
        "{stream}"
    );
}

#[test]
fn the_shops_template_can_be_read() {
    let template = Template::load(&path("../../template.yaml"), &BTreeMap::new()).unwrap();
    assert!(
        template.functions.contains_key("door") && template.functions.contains_key("owner-desk")
    );
    assert!(
        template
            .routes()
            .any(|(name, route)| name == "pay" && route.key() == "ANY /pay/{order}/{outcome}")
    );
    for queue in ["ChooseQueue", "PackQueue", "ShipQueue", "NotifyQueue"] {
        assert!(template.queues[queue].redrive.is_some(), "{queue}");
    }
}
