use std::collections::BTreeSet;

use super::{name::camel, *};

const ALL: [(&str, Kind); 4] = [
    ("attic", Kind::Page),
    ("bind", Kind::Queue),
    ("owner-count", Kind::Owner),
    ("dust-off", Kind::Schedule),
];

/// A folder with the files that the generator reads.
fn copy() -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    let files = [
        "Cargo.toml",
        "Cargo.lock",
        "template.yaml",
        "infra/alarms.yaml",
        "infra/local/Cargo.toml",
        "infra/local/src/registry.rs",
    ];
    for file in files {
        let to = copy.path().join(file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(root().join(file), to).unwrap();
    }
    for folder in ["functions", "events"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let to = copy.path().join(folder).join(entry.unwrap().file_name());
            fs::create_dir_all(to).unwrap();
        }
    }
    copy
}

fn text(copy: &tempfile::TempDir, path: &str) -> String {
    fs::read_to_string(copy.path().join(path)).unwrap()
}

fn yaml(text: &str) -> serde_norway::Value {
    serde_norway::from_str(text).unwrap()
}

fn all_keys(text: &str) -> BTreeSet<String> {
    keys(text).map(str::to_owned).collect()
}

#[test]
fn every_kind_writes_files_that_parse_and_stand_where_they_belong() {
    let copy = copy();
    let before = text(&copy, "template.yaml");
    for (name, kind) in ALL {
        let written = write(copy.path(), name, kind).unwrap();
        assert!(written.contains(&format!("functions/{name}/src/main.rs").into()));
        for file in ["Cargo.toml", "src/main.rs", "src/lib.rs"] {
            let text = text(&copy, &format!("functions/{name}/{file}"));
            assert!(!text.to_lowercase().contains("skeleton-"), "{text}");
            assert!(!text.to_lowercase().contains("skeleton_"), "{text}");
            assert!(!text.contains("autotests"), "{text}");
        }
        let manifest: toml::Table =
            text(&copy, &format!("functions/{name}/Cargo.toml")).parse().unwrap();
        assert_eq!(manifest["package"]["name"].as_str(), Some(name));
        let event = text(&copy, &format!("events/{name}.json"));
        serde_json::from_str::<serde_json::Value>(&event).unwrap();
        let template = yaml(&text(&copy, "template.yaml"));
        for part in ["Log", "Role", "Function"] {
            let id = camel(name) + part;
            assert!(template["Resources"].get(&id).is_some(), "{id}");
        }
        assert!(text(&copy, "infra/local/src/registry.rs").contains(&format!("\"{name}\" =>")));
    }
    let template = text(&copy, "template.yaml");
    assert!(all_keys(&before).is_subset(&all_keys(&template)));
    let place = |id: &str| template.find(&format!("\n  {id}:\n")).unwrap();
    assert!(place("NoticeFunction") < place("AtticLog"));
    assert!(place("AtticFunction") < place("RelayDeadLetters"));
    assert!(place("BindFunction") < place("OwnerShelveLog"));
    assert!(place("OwnerExportFunction") < place("OwnerCountLog"));
    assert!(yaml(&template)["Outputs"].get("OwnerCountName").is_some());

    let manifest: toml::Table = text(&copy, "Cargo.toml").parse().unwrap();
    let workspace = &manifest["workspace"];
    for (name, _) in ALL {
        let path = workspace["dependencies"][name]["path"].as_str();
        assert_eq!(path, Some(format!("functions/{name}").as_str()));
    }
    let router = &workspace["metadata"]["lambda"]["watch"]["router"];
    assert_eq!(router["/attic"].as_str(), Some("attic"));
    let local: toml::Table = text(&copy, "infra/local/Cargo.toml").parse().unwrap();
    assert!(local["dependencies"].get("dust-off").is_some());

    let alarms = yaml(&text(&copy, "infra/alarms.yaml"));
    let metrics = &alarms["Resources"]["QueuesOldAlarm"]["Properties"]["Metrics"];
    let last = metrics.as_sequence().unwrap().last().unwrap();
    assert_eq!(last["Id"].as_str(), Some("bind"));
    let dimension = &last["MetricStat"]["Metric"]["Dimensions"][0]["Value"];
    assert!(format!("{dimension:?}").contains("}-bind\""), "{dimension:?}");
    // `sweep` may count the new dead letters, and does.
    let sweep = template.find("\n  SweepRole:\n").unwrap();
    let sweep = &template[sweep..template.find("\n  ReconcileLog:\n").unwrap()];
    assert!(sweep.contains("\n                  - !GetAtt BindDeadLetters.Arn\n"), "{sweep}");
    assert!(sweep.contains("\n              - !Ref BindDeadLetters\n"), "{sweep}");
}

#[test]
fn a_name_that_cannot_be_used_is_refused_in_one_sentence_and_nothing_is_written() {
    let copy = copy();
    let before = text(&copy, "Cargo.toml") + &text(&copy, "template.yaml");
    let refused = |name: &str, kind| write(copy.path(), name, kind).unwrap_err().to_string();
    for name in ["", "Attic", "attic-", "-attic", "at tic", "9lives", "다락", "a--b", "../x"] {
        let sentence = refused(name, Kind::Page);
        assert!(sentence.contains("is not a function's name"), "{name}: {sentence}");
    }
    assert!(refused("door", Kind::Page).contains("functions/door exists already"));
    for name in ["web", "http", "xtask", "ring", "type", "std"] {
        assert!(refused(name, Kind::Page).contains("has that name"), "{name}");
    }
    assert!(refused("a-name-with-more-than-25-c", Kind::Page).contains("too long"));
    assert!(refused("count", Kind::Owner).contains("begins with `owner-`"));
    assert!(refused("owner-count", Kind::Page).contains("--kind owner"));
    assert!(refused("owner-taste-open", Kind::Owner).contains("events/owner-taste-open.json"));
    // `Api` has a log of that name.
    assert!(refused("api", Kind::Page).contains("ApiLog"));
    assert_eq!(before, text(&copy, "Cargo.toml") + &text(&copy, "template.yaml"));
    let folders = fs::read_dir(copy.path().join("functions")).unwrap().count();
    assert_eq!(folders, fs::read_dir(root().join("functions")).unwrap().count());
}

#[test]
fn alarms_without_room_are_reported() {
    let full = text(&copy(), "infra/alarms.yaml");
    let full = (0..8).fold(full, |text, number| {
        with_metric(&text, "QueuesOldAlarm", &format!("bind-{number}")).unwrap()
    });
    let sentence = with_metric(&full, "QueuesOldAlarm", "fold").unwrap_err().to_string();
    assert!(sentence.contains("QueuesOldAlarm in infra/alarms.yaml is full"), "{sentence}");
    assert!(with_metric(&full, "NoAlarm", "fold").is_err());
}
