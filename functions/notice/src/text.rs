//! The texts of the notice, in plain 합니다체. This is not legal advice: have the texts reviewed before
//! opening a shop with them.

/// A section in both languages.
pub(crate) struct Section {
    /// The anchor. The footer of every page links to these.
    pub(crate) id: &'static str,
    pub(crate) korean: Words,
    pub(crate) english: Words,
}

/// A section in one language.
pub(crate) struct Words {
    pub(crate) title: &'static str,
    pub(crate) paragraphs: &'static [&'static str],
}

/// The notice.
pub(crate) const SECTIONS: &[Section] = &[
    Section {
        id: "price",
        korean: Words {
            title: "값",
            paragraphs: &[
                "책값은 출판사가 정한 정가입니다. 어떤 책이 갈지 미리 알려 드리지 않으므로, 고르신 폭에서 가장 높은 값을 먼저 받고, 보낸 책의 정가가 더 낮으면 그 차액을 결제하신 수단으로 돌려드립니다.",
                "배송비는 전국이 같습니다. 제주와 섬, 산간에도 더 받지 않습니다. 표에 적힌 것 말고 더 받는 돈은 없습니다.",
            ],
        },
        english: Words {
            title: "Price",
            paragraphs: &[
                "The price of a book is the list price its publisher has set. As you are not told which book will come, you pay the upper end of the range you chose, and if the book sent costs less, the difference goes back the way it came.",
                "Postage is the same all over Korea, islands and mountains included. Nothing is charged beyond this table.",
            ],
        },
    },
    Section {
        id: "promise",
        korean: Words {
            title: "읽는 분께 드리는 약속",
            paragraphs: &[
                "이 집은 일부러 느립니다. 그러나 값과 법, 개인정보, 주문 상태, 취소와 환불, 문의 앞에는 어떤 수수께끼도 세우지 않습니다.",
                "모든 방에는 문이 둘입니다. 보통 문은 까닭을 묻지 않고, 그 문으로 들어왔다고 책이 달라지지 않습니다.",
                "잃어버리는 것도, 시간이 다 되는 일도 없습니다. 방명록과 편지와 답장과 계산대에 적으시던 글은 초고로 두었다가, 다시 오시면 그 자리에 펴 드립니다. 기다려야 할 때에는 언제까지인지 시각으로 알려 드립니다.",
                "같은 것을 두 번 묻지 않습니다.",
            ],
        },
        english: Words {
            title: "What we promise you",
            paragraphs: &[
                "This house is slow on purpose. But no riddle ever stands before price, law, privacy, the state of an order, cancelling, refunds or contact.",
                "Every room has two doors. The plain one asks no reason, and the book is the same whichever you take.",
                "Nothing is lost and nothing runs out. What you were writing in the guestbook, in a letter, in a reply or at the counter is kept as a draft and lies there when you come back. Where there is a wait, you are told the time at which it ends.",
                "Nobody is asked twice.",
            ],
        },
    },
    Section {
        id: "terms",
        korean: Words {
            title: "이용약관",
            paragraphs: &[
                "이 약관은 공간문학(아래 ‘가게’)에서 책을 주문하시는 분과 가게 사이의 약속입니다. 전자상거래 등에서의 소비자보호에 관한 법률을 따릅니다.",
                "계약은 결제가 끝난 때에 이루어집니다. 가게는 서가에 있는 책 가운데 고르신 책값 범위 안에서 한 권을 골라 보내며, 같은 분과 같은 주소에 같은 작품을 두 번 보내지 않습니다. 올 수 있는 책은 ‘서가’에서 모두 보실 수 있습니다.",
                "책은 결제하신 날부터 영업일 3일 안에, 또는 결제 전에 따로 동의하신 날까지 부칩니다. 그때까지 부칠 수 없게 되면 곧바로 알려 드리고, 원하시면 받은 돈을 모두 돌려드립니다.",
                "만 14세가 되지 않은 분은 법정대리인의 동의 없이 주문하실 수 없습니다. 미성년자가 법정대리인의 동의 없이 맺은 계약은 본인이나 법정대리인이 취소할 수 있습니다.",
                "다툼이 있을 때에는 먼저 가게와 이야기하시고, 풀리지 않으면 한국소비자원이나 전자거래분쟁조정위원회에 조정을 신청하실 수 있습니다. 소송은 민사소송법이 정한 법원에서 합니다.",
            ],
        },
        english: Words {
            title: "Terms",
            paragraphs: &[
                "These terms are the agreement between the shop and whoever orders a book here. They follow Korea’s Act on Consumer Protection in Electronic Commerce; where the languages differ, the Korean text holds.",
                "The contract is made when the payment is complete. The shop chooses one book on its shelf within the price range you agreed to and never sends the same work twice to one reader or one address. Every book that could come stands on the shelf page.",
                "The book is posted within 3 working days of payment, or by the later day you agreed to before paying. If that turns out impossible you are told at once and, if you wish, get all your money back.",
                "Children under 14 cannot order without a guardian. A contract made by a minor without consent can be cancelled by the minor or the guardian.",
                "In a dispute, talk to us first; if that fails, the Korea Consumer Agency or the E-Commerce Mediation Committee can mediate.",
            ],
        },
    },
    Section {
        id: "privacy",
        korean: Words {
            title: "개인정보 처리방침",
            paragraphs: &[
                "받는 것: 필명, 편지, 받는 분의 이름과 전화번호와 주소, 주문과 결제의 기록. 카드 번호는 결제사가 받으며 가게는 알지 못합니다. 계좌로 입금하신 돈을 돌려드릴 때만 돌려받으실 계좌를 여쭙고, 돈이 돌아가면 지웁니다.",
                "쓰는 곳: 책을 고르고, 부치고, 그 소식을 알리는 데에만 씁니다. 배송을 맡은 회사(CJ대한통운 또는 우체국)에 받는 분의 이름과 전화번호와 주소를, 결제를 맡은 회사(토스페이먼츠)에 주문 번호와 금액을 건넵니다. 주소 칸에서 ‘주소 찾기’를 누르시면 브라우저가 카카오의 우편번호 서비스를 열어 찾으시는 말을 카카오가 받으며, 누르지 않으시면 아무것도 건네지 않습니다. 광고에 쓰지 않고, 다른 곳에 팔지 않습니다.",
                "보관하는 동안: 계약과 결제와 공급의 기록, 돌려보내신 까닭과 그 처리의 기록은 법에 따라 5년 동안 보관합니다(주문에 대한 불만과 다툼의 기록은 3년이면 되나 함께 둡니다). 결제하지 않은 걸음과 편지와 주문은 마지막 걸음에서 180일 뒤에 저절로 지워집니다. 그 밖의 것은 ‘내 기록’에서 직접 지우실 수 있습니다. 지우시면 법이 정한 기록만 가게의 어느 쪽에서도 열 수 없는 곳으로 옮기고, 기한이 지나면 저절로 지워집니다. 백업에서는 35일 안에 사라집니다.",
                "문의: 걸음 없이 물으시면 물으신 말씀과 답을 받으실 전자우편이나 전화번호를 받아, 그 문의에 답하는 데에만 씁니다. 답해 드린 날부터 30일 뒤에, 답하지 못해도 180일 뒤에 지웁니다. 걸음이 있으면 편지처럼 편지함에 두고 답도 거기에 놓습니다. 불만이나 다툼으로 처리한 것은 물으신 말씀과 답을 받으실 곳과 처리한 내용을 3년 동안 따로 보관합니다.",
                "초고와 마지막 주소: 방명록과 편지와 답장과 계산대에 적으시는 글은, 그 화면에서 적으시는 동안과 다른 곳으로 가실 때 초고로 보관합니다. 마지막으로 적으신 때부터 30일 동안 두고, 보내시면 바로 지웁니다. 동의하신 표시는 초고에 두지 않습니다. 보내지 않으신 초고는 주인장도 읽지 않습니다. 마지막 주문의 받는 분과 전화번호와 주소는 다음 주문 때 채워 드리려고 180일 동안 두며, 계산대에서 언제든 지우실 수 있습니다.",
                "책갈피: 청하실 때에만 만들며, 180일 동안 보관합니다. 낱말 여섯은 어디에도 적어 두지 않습니다. 낱말로 되돌릴 수 없는 요약값 하나와, 그것이 누구의 걸음으로 이어지는지만 적어 둡니다. 새로 만드시면 앞의 것은 바로 지웁니다.",
                "푸시: 종에 기기를 걸어 두실 때에만 씁니다. 브라우저가 건네는 주소와 열쇠, 걸어 둔 때와 언어를 180일 동안 보관하며, 편지함에서 떼시면 바로, 브라우저에서 허락을 거두시면 그 뒤 처음 알리려 할 때 지웁니다. 어느 소식을 어느 기기에 알렸는지는 열흘 동안 적어 둡니다. 보내는 것은 그 기기만 읽도록 암호로 싸여 브라우저 회사(구글, 모질라, 애플, 마이크로소프트)의 푸시 서버를 거칩니다. 거기에는 이름도 주소도 책 이름도 적히지 않습니다.",
                "함부로 쓰이지 않게: 결제하지 않은 채 잡아 둔 자리가 한 걸음에 하나, 한 주소와 한 전화번호에 둘을 넘지 않도록, 주소와 전화번호를 되돌릴 수 없는 요약값으로 바꾸어 7일 동안 적어 둡니다. 책갈피와 주문 찾기와 취소에서 낱말이나 번호를 몇 번 적어 보셨는지, 문의를 몇 번 보내셨는지는 10분 동안 셉니다.",
                "쿠키: 누구의 걸음인지 알아보는 것(180일), 고르신 언어를 기억하는 것(1년), 주문 찾기로 연 주문을 알아보는 것(1시간), 이 셋만 씁니다. 뒤를 밟는 것은 없습니다.",
                "‘내 기록’에서 적어 둔 것을 모두 보시고, 파일로 받으시고, 지우실 수 있습니다. 고치기와 멈추기까지 언제든 청하실 수 있으며, 아래 문의처로 알려 주시면 10일 안에 답합니다. 개인정보 보호책임자는 가게의 대표자입니다.",
            ],
        },
        english: Words {
            title: "Privacy",
            paragraphs: &[
                "What we keep: your pen name, your letters, the recipient’s name, telephone and address, and the records of orders and payments. Card numbers go to the payment provider; we never see them. Only when a deposit is to go back do we ask for an account to send it to, and we forget it once the money is back.",
                "What for: choosing, posting and telling you about it, nothing else. The carrier (CJ Logistics or Korea Post) gets the recipient’s name, telephone and address; the payment provider (Toss Payments) gets the order number and the amount. If you press ‘Search for the address’, your browser opens Kakao’s postcode service, which gets what you search for; if you do not, it gets nothing. No advertising, no selling.",
                "How long: records of contracts, payments and supply, and of what was sent back and why, 5 years, as the law wants (3 would do for complaints and disputes about an order; they are kept together). Walks, letters and orders for which nothing was paid are deleted by themselves 180 days after their last step. Everything else you can delete yourself under ‘Your data’. Then only what the law wants is moved to a place that no page of the shop can open, and ends by itself. It fades from backups within 35 days.",
                "Questions: if you ask without a walk, we take your question and the e-mail or telephone for the answer, and use them to answer that question alone. They are deleted 30 days after the answer, or 180 days after you asked if there is none. On a walk the question lies in the mailbox like a letter, and so does the answer. What was handled as a complaint or dispute is kept apart for 3 years: the question, where the answer went, and what was done.",
                "Drafts and the last address: what you write in the guestbook, in a letter, in a reply and at the counter is kept as a draft while you write and when you go elsewhere. It stays for 30 days after you last wrote and is deleted as soon as you send it. Ticks of consent are not kept in it. The owner does not read a draft that you have not sent. The recipient, telephone and address of your last order are kept for 180 days to fill in your next one; at the counter you can delete them at any time.",
                "Bookmarks: made only when you ask for one, and kept for 180 days. The six words themselves are written down nowhere: we keep a digest that cannot be turned back into words, and whose walk it leads to. A new bookmark deletes the one before at once.",
                "Push: only if you hang a device at the bell. We keep the address and the keys that your browser gives, since when and in which language, for 180 days; they are deleted at once when you take the device off in your mailbox, and with the first push that fails when you have withdrawn the permission in your browser. Which word was sent to which device is noted for ten days. What is sent is encrypted for that device alone and passes through the push server of your browser’s maker (Google, Mozilla, Apple, Microsoft). No name, no address and no title stands in it.",
                "Against misuse: so that no more places are held unpaid than one for a walk and two for an address or a telephone, digests of address and telephone that cannot be turned back are noted for 7 days. How often words or numbers were tried at the bookmark, in finding an order and in cancelling, and how many questions were sent, is counted for 10 minutes.",
                "Cookies, three of them: one that knows whose walk it is (180 days), one that remembers your language (1 year), one that knows an order you found by its number (1 hour). Nothing that follows you.",
                "Under ‘Your data’ you see all that we keep, save it as a file and delete it. You can also ask us to correct it or to stop using it at any time; write to the contact below and we answer within 10 days. The shop’s representative is responsible for privacy.",
            ],
        },
    },
    Section {
        id: "withdrawal",
        korean: Words {
            title: "취소와 환불",
            paragraphs: &[
                "택배사에 맡기기 전까지는 언제든 취소하실 수 있고, 결제하신 돈을 모두 돌려드립니다.",
                "받으신 날부터 7일 안에는 이유 없이 반품하실 수 있습니다. 포장을 뜯으셨더라도 마찬가지입니다. 이때 반품 배송비 3,000원은 돌려보내시는 분이 내며, 돌려드리는 돈에서 뺍니다. 책이 상했거나 약속과 다르면 받으신 날부터 3개월, 그 사실을 아신 날부터 30일 안에 반품하실 수 있고, 배송비도 가게가 냅니다.",
                "책이 돌아온 날부터, 또는 취소하신 날부터 영업일 3일 안에 결제하신 수단으로 돌려드립니다. 늦어지면 법이 정한 지연이자를 더합니다.",
                "택배사에 맡기기 전에 취소하시는 것도, 받으신 책을 돌려보내시는 것도 ‘내 주문’에서 하실 수 있습니다. 돌려보내실 책은 택배 기사님이 찾으러 갑니다.",
            ],
        },
        english: Words {
            title: "Withdrawal and refunds",
            paragraphs: &[
                "Until your parcel is handed to the carrier you can cancel at any time and get all your money back.",
                "Within 7 days of receiving it you can withdraw without a reason, opened wrapper or not; you then bear the postage of the way back, ₩3,000, which is taken off what goes back. If the book is damaged or not as promised, you have 3 months from receipt and 30 days from noticing, and we bear the postage.",
                "Your money goes back the way it came within 3 working days of the book’s return or of your cancelling. If we are late, we add the interest the law sets.",
                "Cancelling before the parcel is handed over and sending a book back once you have it are both done under ‘My orders’. The shop sends a carrier for the book.",
            ],
        },
    },
    Section {
        id: "contact",
        korean: Words {
            title: "문의", paragraphs: &["무엇이든 물어보십시오. 사람이 답합니다."]
        },
        english: Words { title: "Contact", paragraphs: &["Ask us anything. A person answers."] },
    },
];

#[cfg(test)]
mod tests {
    use domain::{
        order::{Order, finding, letter::question, unpaid::UnpaidOrders},
        walk::{
            bookmark,
            device::Device,
            draft::{Draft, LastAddress},
            visit::Visit,
        },
    };

    use super::*;

    /// Every period that the privacy notice names is the one that the code keeps.
    #[test]
    fn the_notice_names_the_periods_of_the_code() {
        let privacy = SECTIONS.iter().find(|section| section.id == "privacy").unwrap();
        let (hours, minutes) = (bookmark::GOOD_FOR.as_hours(), bookmark::PERIOD.as_mins());
        let named = [
            ("보관하는 동안", format!("{}년 동안", Order::KEPT_YEARS)),
            ("결제하지 않은 걸음", format!("{}일 뒤에", Visit::KEPT_DAYS)),
            ("문의:", format!("{}일 뒤에, 답하지", question::KEPT_DAYS)),
            ("문의:", format!("{}일 뒤에 지웁니다", Visit::KEPT_DAYS)),
            ("문의:", format!("{}년 동안 따로", question::COMPLAINT_YEARS)),
            ("초고와 마지막 주소", format!("{}일 동안 두고", Draft::KEPT_DAYS)),
            ("초고와 마지막 주소", format!("{}일 동안 두며", LastAddress::KEPT_DAYS)),
            ("책갈피:", format!("{}일 동안", hours / 24)),
            ("푸시:", format!("{}일 동안", Device::KEPT_SECONDS / (24 * 60 * 60))),
            ("함부로 쓰이지 않게", format!("{}일 동안", UnpaidOrders::KEPT_DAYS)),
            ("함부로 쓰이지 않게", format!("{minutes}분 동안")),
            ("쿠키:", format!("주문을 알아보는 것({}시간)", finding::OPEN_FOR.as_hours())),
        ];
        for (about, period) in named {
            let says = |text: &&&str| text.contains(about) && text.contains(&period);
            assert!(privacy.korean.paragraphs.iter().any(|text| says(&text)), "{about}: {period}");
        }
        for period in [
            format!("{} years, as the law wants", Order::KEPT_YEARS),
            format!("{} days after their last step", Visit::KEPT_DAYS),
            format!("{} days after the answer, or", question::KEPT_DAYS),
            format!("kept apart for {} years", question::COMPLAINT_YEARS),
            format!("for {} days after you last wrote", Draft::KEPT_DAYS),
            format!("noted for {} days", UnpaidOrders::KEPT_DAYS),
            format!("counted for {minutes} minutes"),
            format!("({} hour)", finding::OPEN_FOR.as_hours()),
        ] {
            let says = privacy.english.paragraphs.iter().any(|text| text.contains(&period));
            assert!(says, "{period}");
        }
    }
}
