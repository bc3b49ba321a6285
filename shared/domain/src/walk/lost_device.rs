//! What a reader is told about a device that gets no more pushes.

use jiff::Timestamp;

use crate::{
    base::{sensitive::Sensitive, text::Language},
    order::letter::{Author, Letter},
    walk::device::Device,
};

impl Device {
    /// The shop's letter about this device, which its push service has given up. In the
    /// language of its pushes.
    pub fn lost(&self, at: Timestamp) -> Letter {
        let service = self.service();
        let text = match self.language {
            Language::Ko => format!(
                "알림을 받으실 기기 하나({service})에 알림이 더는 닿지 않아 떼어 두었습니다. 편지는 이 편지함에 그대로 오니 놓치시는 것은 없습니다. 알림을 다시 받으시려면 종에 한 번 더 걸어 주십시오."
            ),
            Language::En => format!(
                "One of the devices you hung at the bell ({service}) can no longer be reached, so we took it down. Nothing is lost: every letter still comes to this mailbox. To be notified again, hang the device once more."
            ),
        };
        let text = Sensitive::new(text);
        Letter { at, author: Author::House, text, order: None, notice: None }
    }
}
