//! What a reader is told about a device that gets no more pushes.

use jiff::Timestamp;

use crate::{
    base::{sensitive::Sensitive, text::Language},
    order::letter::{Author, Letter},
    walk::device::Device,
};

impl Device {
    /// The doorkeeper's letter about this device, which its push service has given up. In the
    /// language of its pushes.
    pub fn lost(&self, at: Timestamp) -> Letter {
        let service = self.service();
        let text = match self.language {
            Language::Ko => format!(
                "종 하나가 끊어졌소. 알림을 받던 기기({service})에 더는 닿지 않아 떼어 두었소. 편지는 이 편지함에 그대로 오니 놓치는 것은 없소. 다시 받으려거든 종 칸에서 한 번 더 거시오."
            ),
            Language::En => format!(
                "One of your bells has come off its wire. A device that got our notices ({service}) can no longer be reached, so we took it down. Nothing is lost: every letter still comes to this mailbox. To be rung again, hang the bell once more."
            ),
        };
        let text = Sensitive::new(text);
        Letter { at, author: Author::Doorkeeper, text, order: None, notice: None }
    }
}
