//! The style sheet, and the light of each page. The walk begins at night and ends by day: each room
//! lets out a little more light than the one before.

use std::fmt::Write as _;

/// Inlined into every page under its nonce, after the page's [`Light`].
pub(crate) const SHEET: &str = include_str!("style.css");

/// The shop's font: its subsets, and what stands in for it. Written by `cargo xtask font`; the
/// function `asset` serves the files.
pub(crate) const FONT: &str = include_str!("font.css");

/// Inlined into the owner's pages as well.
pub(crate) const OFFICE: &str = include_str!("office.css");

/// The colours of a page in the light and in the dark scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Light {
    light: Colours,
    dark: Colours,
}

/// The colours of a page in one scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Colours {
    paper: &'static str,
    /// What lies in the lamp's light: the room on the plan, the leaf of a door.
    lit: &'static str,
    line: &'static str,
    inks: Inks,
}

/// What is written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Inks {
    scheme: &'static str,
    ink: &'static str,
    soft: &'static str,
    /// What acts, and the lamp.
    act: &'static str,
    /// On what acts.
    on: &'static str,
}

/// Ink on paper, and a red seal.
const DAY: Inks =
    Inks { scheme: "light", ink: "#1d1a16", soft: "#4a4339", act: "#932419", on: "#fdfaf3" };
/// Warm grey, and a yellow lamp.
const NIGHT: Inks =
    Inks { scheme: "dark", ink: "#f0e8d8", soft: "#c4bba9", act: "#f0c864", on: "#1a1712" };

const fn day(paper: &'static str, lit: &'static str, line: &'static str) -> Colours {
    Colours { paper, lit, line, inks: DAY }
}

const fn night(paper: &'static str, lit: &'static str, line: &'static str) -> Colours {
    Colours { paper, lit, line, inks: NIGHT }
}

/// The rooms of the walk. The first four lie in the night in both schemes; in the bell's room the day
/// breaks in the light one.
const WALK: [(&str, Light); 10] = [
    ("door", of(night("#1b2130", "#262d40", "#4a5266"), night("#0a0c12", "#151923", "#343a49"))),
    ("knock", of(night("#212839", "#2c3449", "#505970"), night("#0e1017", "#191d27", "#393f4d"))),
    ("study", of(night("#282e3e", "#343b4d", "#585f73"), night("#121319", "#1e2028", "#3f424c"))),
    ("wait", of(night("#313542", "#3d414f", "#616676"), night("#16161a", "#222227", "#45454c"))),
    ("bell", of(day("#d9d4cb", "#cfc8bc", "#aaa294"), night("#1a191b", "#262527", "#4a484a"))),
    ("whisper", of(day("#e1dbd0", "#d6cec0", "#b1a896"), night("#1e1c1c", "#2a2827", "#4f4b49"))),
    ("guestbook", of(day("#e8e2d5", "#ddd5c4", "#b9af9b"), night("#211f1e", "#2e2b29", "#534e4b"))),
    ("letter", of(day("#eee8dc", "#e4dccb", "#c1b7a2"), night("#242120", "#312e2b", "#57524d"))),
    ("counter", of(day("#f3eee2", "#e9e1cf", "#c8bda8"), night("#272422", "#35312e", "#5b5650"))),
    ("pay", of(day("#f7f3e9", "#ede5d3", "#cfc5b2"), night("#2a2724", "#383430", "#5f5a53"))),
];

/// Every other page lies in the light of the last room.
const AFTER: Light =
    of(day("#f7f3e9", "#ede5d3", "#cfc5b2"), night("#2a2724", "#383430", "#5f5a53"));

const fn of(light: Colours, dark: Colours) -> Light {
    Light { light, dark }
}

impl Light {
    /// The light of a step.
    pub(crate) fn at(step: &str) -> Self {
        WALK.iter().find(|(room, _)| *room == step).map_or(AFTER, |(_, light)| *light)
    }

    /// The colour around the page, in the light and in the dark scheme.
    pub(crate) const fn papers(&self) -> (&'static str, &'static str) {
        (self.light.paper, self.dark.paper)
    }

    /// The variables of the sheet.
    pub(crate) fn variables(&self) -> String {
        let mut css = String::with_capacity(400);
        self.light.write(&mut css);
        css.push_str("@media(prefers-color-scheme:dark){");
        self.dark.write(&mut css);
        css.push('}');
        css
    }
}

impl Colours {
    fn write(&self, css: &mut String) {
        let Self { paper, lit, line, inks: Inks { scheme, ink, soft, act, on } } = self;
        // Writing to a string cannot fail.
        let _ = write!(
            css,
            ":root{{--paper:{paper};--lit:{lit};--line:{line};--ink:{ink};--soft:{soft};--act:{act};--on:{on};color-scheme:{scheme}}}"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The relative luminance of a colour (WCAG 2.2).
    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_page_is_legible_in_both_schemes() {
        for (step, light) in WALK.into_iter().chain([("after", AFTER)]) {
            for colours in [light.light, light.dark] {
                let Colours { paper, lit, inks, .. } = colours;
                for ground in [paper, lit] {
                    assert!(contrast(inks.ink, ground) >= 7.0, "ink in {step} on {ground}");
                    assert!(contrast(inks.soft, ground) >= 4.5, "soft in {step} on {ground}");
                    assert!(contrast(inks.act, ground) >= 4.5, "act in {step} on {ground}");
                }
                assert!(contrast(inks.on, inks.act) >= 4.5, "a button in {step}");
            }
        }
    }

    #[test]
    fn each_room_is_lighter_than_the_one_before() {
        for pair in WALK.windows(2) {
            let [(before, first), (after, second)] = pair else { unreachable!() };
            let lighter = |a: Colours, b: Colours| luminance(a.paper) < luminance(b.paper);
            assert!(lighter(first.light, second.light), "{before} and {after} in the light scheme");
            assert!(lighter(first.dark, second.dark), "{before} and {after} in the dark scheme");
        }
        assert_eq!(WALK.last().map(|(_, light)| *light), Some(AFTER), "the walk ends by day");
    }

    #[test]
    fn the_rooms_with_light_are_those_of_the_walk() {
        let rooms = domain::riddle::content::RoomSet::built_in().unwrap().rooms();
        let rooms: Vec<_> = rooms.iter().map(|room| room.id.as_str()).collect();
        assert_eq!(WALK.map(|(room, _)| room).to_vec(), rooms);
    }
}
