//! An order and an idle month keep the stored budget.

use cost::{Budget, Measured, Prices, report};

#[tokio::test]
async fn what_is_measured_keeps_the_stored_budget() {
    let prices = Prices::read().unwrap();
    let measured = Measured::take(&prices).await.unwrap();
    let left = Budget::stored().unwrap().left_by(&measured);
    assert!(left.is_empty(), "{left:#?}\n{}", report::text(&measured, &prices));

    // The meters measure: every step that an order needs is there, and consumes something.
    for order in [&measured.plain, &measured.riddle] {
        for step in ["door", "counter", "pay", "choose", "pack", "notify", "ship", "refund"] {
            let step = order.steps.get(step).unwrap_or_else(|| panic!("{step} was not measured"));
            assert!(step.write_units > 0.0 && step.invocations > 0, "{step:?}");
        }
        assert!(order.log_bytes > 0 && order.calls() > 0);
    }
    let guesses = |order: &cost::Order| order.steps["knock"].invocations;
    assert!(guesses(&measured.riddle) > guesses(&measured.plain), "a riddle is one form more");
    assert_eq!(measured.plain.total().refused_writes, 0, "nothing is written in vain");

    // Each target is in the report, with its verdict.
    let text = report::text(&measured, &prices);
    for verdict in report::verdicts(&measured, &prices) {
        assert!(text.contains(&verdict.line), "{}", verdict.line);
        assert_eq!(verdict.line.contains("not met"), !verdict.met, "{}", verdict.line);
    }
}
