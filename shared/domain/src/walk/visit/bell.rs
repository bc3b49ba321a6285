//! How a visitor may be notified.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::walk::device::{Device, DeviceId};

/// How a visitor may be notified, chosen at the bell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bell {
    /// When they chose.
    pub at: Timestamp,
    /// The channels; stored as `ways`. The mailbox is always one of them, because the others only
    /// point at it.
    #[serde(rename = "ways")]
    pub channels: Vec<Channel>,
}

/// A channel on which a visitor is notified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "way", rename_all = "lowercase")]
pub enum Channel {
    /// The mailbox on the site.
    Mailbox,
    /// A push to a device.
    Push {
        /// The device.
        device: DeviceId,
    },
}

impl Bell {
    /// The room's id.
    pub const ROOM: &str = "bell";

    /// The mailbox alone.
    pub fn mailbox(now: Timestamp) -> Self {
        Self { at: now, channels: vec![Channel::Mailbox] }
    }

    /// The most devices of one visitor.
    pub const MOST_DEVICES: usize = 5;

    /// Adds a device as the newest. Returns the oldest one if it was removed because of
    /// [`Self::MOST_DEVICES`].
    #[must_use]
    pub fn with_device(mut self, device: &Device) -> (Self, Option<DeviceId>) {
        let device = device.id();
        self = self.without(&device);
        let oldest =
            self.devices().next().cloned().filter(|_| self.devices().count() >= Self::MOST_DEVICES);
        if let Some(oldest) = &oldest {
            self = self.without(oldest);
        }
        self.channels.push(Channel::Push { device });
        (self, oldest)
    }

    /// Removes a device.
    #[must_use]
    pub fn without(mut self, device: &DeviceId) -> Self {
        self.channels.retain(
            |channel| !matches!(channel, Channel::Push { device: known } if known == device),
        );
        self
    }

    /// The ids of the devices, oldest first. The item of a device is removed when its push service
    /// reports it gone, so an id here may have no item.
    pub fn devices(&self) -> impl Iterator<Item = &DeviceId> {
        self.channels.iter().filter_map(|channel| match channel {
            Channel::Push { device } => Some(device),
            Channel::Mailbox => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::text::Language, walk::device::Hosts};

    fn device(number: u8) -> Device {
        let key = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        let fields =
            (&*format!("https://web.push.apple.com/{number}"), key, "BTBZMqHH6r4Tts7J_aSIgg");
        Device::read(
            fields,
            &Hosts::parse("web.push.apple.com"),
            Language::Ko,
            Timestamp::UNIX_EPOCH,
        )
        .unwrap()
    }

    #[test]
    fn the_sixth_device_replaces_the_oldest_and_a_known_one_becomes_the_newest() {
        let mut bell = Bell::mailbox(Timestamp::UNIX_EPOCH);
        for number in [1, 2, 3, 4, 5, 2] {
            let gone;
            (bell, gone) = bell.with_device(&device(number));
            assert_eq!(gone, None);
        }
        let (bell, gone) = bell.with_device(&device(6));
        assert_eq!(gone, Some(device(1).id()));
        let names: Vec<DeviceId> = [3, 4, 5, 2, 6].map(|number| device(number).id()).into();
        assert_eq!(bell.devices().cloned().collect::<Vec<_>>(), names);
        let bell = bell.without(&device(6).id());
        assert_eq!((bell.devices().count(), bell.channels.first()), (4, Some(&Channel::Mailbox)));
    }

    #[test]
    fn a_bell_that_was_stored_without_push_is_read() {
        let bell: Bell =
            serde_json::from_str(r#"{"at":"2026-08-01T00:00:00Z","ways":[{"way":"mailbox"}]}"#)
                .unwrap();
        let (bell, _) = bell.with_device(&device(1));
        let json = serde_json::to_string(&bell).unwrap();
        assert!(json.contains(r#""way":"push","device":""#), "{json}");
        assert_eq!(serde_json::from_str::<Bell>(&json).unwrap(), bell);
    }
}
