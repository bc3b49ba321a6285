//! What a reader is told about a device that gets no more pushes.

use jiff::Timestamp;

use crate::{
    base::text::Language,
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
                "등록하신 기기 하나({service})에 알림이 더는 닿지 않아 목록에서 뺐습니다. 편지는 이 편지함에 그대로 오니 놓치시는 것은 없습니다. 알림을 다시 받으시려면 종의 방에서 기기를 다시 등록해 주십시오."
            ),
            Language::En => format!(
                "One of your devices ({service}) can no longer be reached, so we took it off the list. Nothing is lost: every letter still comes to this mailbox. To get notices again, add the device once more at the bell."
            ),
        };
        Letter::new(Author::House, text, at)
    }
}
