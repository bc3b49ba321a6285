//! The kinds of functions, and the skeleton of each.

use clap::ValueEnum;

/// What a function answers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// A page at /NAME.
    Page,
    /// The messages of a queue of its own.
    Queue,
    /// A call of the owner from the console.
    Owner,
    /// A schedule, every hour.
    Schedule,
}

/// The texts of the new files, and where they go.
pub(super) struct Skeleton {
    /// Path below the function's folder, and content.
    pub(super) files: &'static [(&'static str, &'static str)],
    pub(super) event: &'static str,
    pub(super) template: &'static str,
    /// The call in the local registry.
    pub(super) registry: &'static str,
    /// The function in template.yaml after whose block the new one goes; the last one that begins
    /// and ends like this.
    pub(super) after: (&'static str, &'static str),
    /// What is left for the person to do.
    pub(super) next: &'static str,
}

impl Kind {
    /// The name of the skeleton's crate.
    pub(super) fn skeleton_name(self) -> String {
        let kind = self.to_possible_value();
        format!("skeleton-{}", kind.as_ref().map_or("", |kind| kind.get_name()))
    }

    pub(super) fn skeleton(self) -> Skeleton {
        match self {
            Self::Page => Skeleton {
                files: &[
                    ("Cargo.toml", include_str!("../../skeleton/page/Cargo.toml")),
                    ("src/main.rs", include_str!("../../skeleton/page/src/main.rs")),
                    ("src/lib.rs", include_str!("../../skeleton/page/src/lib.rs")),
                    ("src/view.rs", include_str!("../../skeleton/page/src/view.rs")),
                    (
                        "tests/skeleton_page.rs",
                        include_str!("../../skeleton/page/tests/skeleton_page.rs"),
                    ),
                ],
                event: include_str!("../../skeleton/page/event.json"),
                template: include_str!("../../skeleton/page/template.yaml"),
                registry: "http(web::function(\"skeleton-page\", platform, skeleton_page::handle))",
                after: ("NoticeFunction", ""),
                next: "Add to its role in template.yaml what the page reads and writes.",
            },
            Self::Queue => Skeleton {
                files: &[
                    ("Cargo.toml", include_str!("../../skeleton/queue/Cargo.toml")),
                    ("src/main.rs", include_str!("../../skeleton/queue/src/main.rs")),
                    ("src/lib.rs", include_str!("../../skeleton/queue/src/lib.rs")),
                    (
                        "tests/skeleton_queue.rs",
                        include_str!("../../skeleton/queue/tests/skeleton_queue.rs"),
                    ),
                ],
                event: include_str!("../../skeleton/queue/event.json"),
                template: include_str!("../../skeleton/queue/template.yaml"),
                registry: "event(skeleton_queue::function(platform))",
                after: ("PushFunction", ""),
                next: "Nothing sends to the queue yet: add a variant to `Task` and `Queue` in \
                       shared/domain/src/order/message.rs for a message of the outbox, and the \
                       queue to owner-redrive in template.yaml.",
            },
            Self::Owner => Skeleton {
                files: &[
                    ("Cargo.toml", include_str!("../../skeleton/owner/Cargo.toml")),
                    ("src/main.rs", include_str!("../../skeleton/owner/src/main.rs")),
                    ("src/lib.rs", include_str!("../../skeleton/owner/src/lib.rs")),
                    (
                        "tests/skeleton_owner.rs",
                        include_str!("../../skeleton/owner/tests/skeleton_owner.rs"),
                    ),
                ],
                event: include_str!("../../skeleton/owner/event.json"),
                template: include_str!("../../skeleton/owner/template.yaml"),
                registry: "event(admin::function(\"skeleton-owner\", platform, skeleton_owner::handle))",
                after: ("Owner", "Function"),
                next: "Add to its role in template.yaml what the function reads and writes.",
            },
            Self::Schedule => Skeleton {
                files: &[
                    ("Cargo.toml", include_str!("../../skeleton/schedule/Cargo.toml")),
                    ("src/main.rs", include_str!("../../skeleton/schedule/src/main.rs")),
                    ("src/lib.rs", include_str!("../../skeleton/schedule/src/lib.rs")),
                    (
                        "tests/skeleton_schedule.rs",
                        include_str!("../../skeleton/schedule/tests/skeleton_schedule.rs"),
                    ),
                ],
                event: include_str!("../../skeleton/schedule/event.json"),
                template: include_str!("../../skeleton/schedule/template.yaml"),
                registry: "event(skeleton_schedule::function(platform))",
                after: ("ReconcileFunction", ""),
                next: "Set the schedule and the role in template.yaml.",
            },
        }
    }
}
