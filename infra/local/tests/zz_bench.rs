mod common;
use common::*;
use local::State;
#[tokio::test]
async fn bench() {
    for file in [true, false, true] {
        let stage = Stage::default();
        let mut c = config(&stage);
        let folder = tempfile::tempdir().unwrap();
        if file { c.state = State::Folder(folder.path().to_owned()); }
        let system = local::System::start(c).await.unwrap();
        let client = table(&system);
        let name = table_name(&system);
        for round in 0..5 {
            let t = std::time::Instant::now();
            for i in 0..1000 { put(&client, &name, "x", &format!("{round}-{i}"), "가", "other").await.unwrap(); }
            println!("file={file} round {round}: 1000 puts {:?}", t.elapsed());
        }
    }
}
