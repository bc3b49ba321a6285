//! A parcel on its way: the carrier and the number on the slip.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::base::{digits, free_text, text::Language};

/// The carrier of a parcel. Parses from its [`Carrier::name`] and from what people call it.
///
/// ```
/// use domain::order::parcel::Carrier;
///
/// for typed in ["cj", "CJ", "CJ대한통운", " CJ 대한통운 ", "대한통운"] {
///     assert_eq!(typed.parse(), Ok(Carrier::Cj));
/// }
/// for typed in ["epost", "우체국", "우체국 택배"] {
///     assert_eq!(typed.parse(), Ok(Carrier::Epost));
/// }
/// assert_eq!("한진택배".parse(), Ok(Carrier::Hanjin));
/// assert_eq!("직접 전달".parse(), Ok(Carrier::Hand));
/// assert!("비둘기".parse::<Carrier>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Carrier {
    /// CJ대한통운: tracking numbers of 10 or 12 digits.
    Cj,
    /// 우체국 (Korea Post): tracking numbers of 13 digits.
    Epost,
    /// 한진택배: tracking numbers of 10 or 12 digits.
    Hanjin,
    /// 롯데택배: tracking numbers of 12 digits.
    Lotte,
    /// 로젠택배: tracking numbers of 11 digits.
    Logen,
    /// 직접 전달: the owner hands the parcel over, and it has no tracking number.
    Hand,
}

/// Not a carrier that the shop knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no carrier is called so")]
pub struct NotACarrier;

impl std::str::FromStr for Carrier {
    type Err = NotACarrier;

    fn from_str(typed: &str) -> Result<Self, NotACarrier> {
        let plain = free_text::line(typed).to_lowercase();
        let plain: String = plain.chars().filter(|c| c.is_alphanumeric()).collect();
        match plain.as_str() {
            "cj" | "cj대한통운" | "대한통운" | "cj택배" | "cjlogistics" => Ok(Self::Cj),
            "epost" | "우체국" | "우체국택배" | "우편" | "koreapost" => Ok(Self::Epost),
            "hanjin" | "한진" | "한진택배" => Ok(Self::Hanjin),
            "lotte" | "롯데" | "롯데택배" | "롯데글로벌로지스" => Ok(Self::Lotte),
            "logen" | "로젠" | "로젠택배" | "ilogen" => Ok(Self::Logen),
            "hand" | "직접" | "직접전달" | "손으로" => Ok(Self::Hand),
            _ => Err(NotACarrier),
        }
    }
}

impl Carrier {
    /// Every carrier with tracking numbers, the one that shops use most first.
    pub const ALL: [Self; 5] = [Self::Cj, Self::Epost, Self::Hanjin, Self::Lotte, Self::Logen];

    /// The name in calls and forms: `cj` or `epost`.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The name as people know it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Cj => "CJ대한통운",
            Self::Epost => "우체국",
            Self::Hanjin => "한진택배",
            Self::Lotte => "롯데택배",
            Self::Logen => "로젠택배",
            Self::Hand => "직접 전달",
        }
    }

    /// What readers of a language call it.
    pub const fn title_in(self, language: Language) -> &'static str {
        match (language, self) {
            (Language::Ko, _) => self.title(),
            (Language::En, Self::Cj) => "CJ Logistics",
            (Language::En, Self::Epost) => "Korea Post",
            (Language::En, Self::Hanjin) => "Hanjin",
            (Language::En, Self::Lotte) => "Lotte",
            (Language::En, Self::Logen) => "Logen",
            (Language::En, Self::Hand) => "By hand",
        }
    }

    const fn lengths(self) -> &'static [usize] {
        match self {
            Self::Cj | Self::Hanjin => &[10, 12],
            Self::Epost => &[13],
            Self::Lotte => &[12],
            Self::Logen => &[11],
            Self::Hand => &[],
        }
    }

    /// What one of its tracking numbers looks like.
    pub const fn example(self) -> &'static str {
        match self {
            Self::Cj | Self::Hanjin | Self::Lotte => "123456789012",
            Self::Epost => "1234567890123",
            Self::Logen => "12345678901",
            Self::Hand => "",
        }
    }

    /// Where a reader follows the parcel with this number; `None` if nothing follows it.
    fn tracking_page(self, number: &str) -> Option<String> {
        Some(match self {
            Self::Hand => return None,
            Self::Cj => format!("https://trace.cjlogistics.com/next/tracking.html?wblNo={number}"),
            Self::Epost => {
                format!(
                    "https://service.epost.go.kr/trace.RetrieveDomRigiTraceList.comm?sid1={number}"
                )
            }
            Self::Hanjin => format!(
                "https://www.hanjin.com/kor/CMS/DeliveryMgr/WaybillResult.do?mCode=MN038&wblnumText2={number}"
            ),
            Self::Lotte => format!(
                "https://www.lotteglogis.com/home/reservation/tracking/linkView?InvNo={number}"
            ),
            Self::Logen => format!("https://www.ilogen.com/web/personal/trace/{number}"),
        })
    }
}

/// A parcel that was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    /// The carrier.
    pub carrier: Carrier,
    /// The tracking number: digits alone; `None` for a parcel that the owner hands over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Why the owner insisted on a number that breaks the carrier's rule, or is another parcel's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insisted: Option<String>,
}

/// Why a tracking number was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WrongNumber {
    /// Something else than digits (hyphens and spaces apart).
    #[error("운송장 번호는 숫자로만 이루어집니다")]
    NotDigits,
    /// A spreadsheet shortened the number: `5.21853E+11`.
    #[error(
        "스프레드시트가 긴 번호를 줄여 놓았습니다. 그 칸의 서식을 ‘텍스트’로 바꾸고 번호를 다시 적어 주십시오"
    )]
    Rounded,
    /// The carrier's numbers have another length.
    #[error("{} 운송장 번호는 {expected}자리인데 {found}자리가 왔습니다", carrier.title())]
    Length {
        /// The carrier.
        carrier: Carrier,
        /// How many digits were given.
        found: usize,
        /// How many there should be, in words: `10자리 또는 12`.
        expected: String,
    },
    /// A number, though the owner hands the parcel over.
    #[error("직접 전한 꾸러미에는 운송장 번호가 없습니다. 번호를 지우거나 택배사를 고쳐 주십시오")]
    ByHand,
    /// A carrier's parcel without its number.
    #[error("운송장 번호를 적어야 합니다")]
    Missing,
    /// An override without its reason.
    #[error("규칙을 벗어난 번호를 쓰려면 이유(insist)를 적어야 합니다")]
    NoReason,
}

impl Parcel {
    /// Reads a tracking number. It is read by [`digits::of`]. One that breaks the carrier's
    /// rule is taken only with a reason in `insist`. A parcel that the owner hands over has none.
    ///
    /// # Errors
    /// If the number is not one of the carrier's, or missing.
    pub fn new(carrier: Carrier, number: &str, insist: Option<&str>) -> Result<Self, WrongNumber> {
        match (carrier, free_text::is_blank(number)) {
            (Carrier::Hand, true) => return Ok(Self { carrier, number: None, insisted: None }),
            (Carrier::Hand, false) => return Err(WrongNumber::ByHand),
            (_, true) => return Err(WrongNumber::Missing),
            (_, false) => {}
        }
        let typed = digits::compact(number);
        let not_digits =
            if digits::is_rounded(&typed) { WrongNumber::Rounded } else { WrongNumber::NotDigits };
        let number = digits::of(number).filter(|number| number.len() <= 40).ok_or(not_digits)?;
        let reason = insist.map(free_text::line);
        match reason {
            Some(reason) if reason.is_empty() => Err(WrongNumber::NoReason),
            Some(reason) => {
                let insisted = Some(reason.chars().take(200).collect());
                Ok(Self { carrier, number: Some(number), insisted })
            }
            None if carrier.lengths().contains(&number.len()) => {
                Ok(Self { carrier, number: Some(number), insisted: None })
            }
            None => {
                let lengths: Vec<String> =
                    carrier.lengths().iter().map(ToString::to_string).collect();
                Err(WrongNumber::Length {
                    carrier,
                    found: number.len(),
                    expected: lengths.join("자리 또는 "),
                })
            }
        }
    }
}

impl Parcel {
    /// Carrier and number as a line: `CJ대한통운 123456789012`.
    pub fn line(&self, language: Language) -> String {
        let carrier = self.carrier.title_in(language);
        self.number
            .as_ref()
            .map_or_else(|| carrier.to_owned(), |number| format!("{carrier} {number}"))
    }

    /// Whether the owner hands it over.
    pub fn is_by_hand(&self) -> bool {
        self.carrier == Carrier::Hand
    }

    /// Where a reader follows the parcel; `None` if nothing follows it.
    pub fn tracking_page(&self) -> Option<String> {
        self.carrier.tracking_page(self.number.as_deref()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_post_office_counts_thirteen_digits() {
        assert_eq!(
            Parcel::new(Carrier::Epost, "1234-5678-90123", None).unwrap().number,
            Some("1234567890123".to_owned())
        );
        let refused = Parcel::new(Carrier::Epost, "123456789012", None).unwrap_err();
        assert_eq!(refused.to_string(), "우체국 운송장 번호는 13자리인데 12자리가 왔습니다");
    }

    #[test]
    fn cj_counts_ten_or_twelve() {
        assert!(Parcel::new(Carrier::Cj, "1234567890", None).is_ok());
        assert!(Parcel::new(Carrier::Cj, "123456789012", None).is_ok());
        let refused = Parcel::new(Carrier::Cj, "12345678901", None).unwrap_err();
        assert!(refused.to_string().contains("10자리 또는 12자리"));
        assert_eq!(Parcel::new(Carrier::Cj, "12345abc90", None), Err(WrongNumber::NotDigits));
        assert_eq!(Parcel::new(Carrier::Cj, "5.21853E+11", None), Err(WrongNumber::Rounded));
    }

    #[test]
    fn what_the_owner_hands_over_has_no_number() {
        let parcel = Parcel::new(Carrier::Hand, " ", None).unwrap();
        assert_eq!(
            (parcel.line(Language::Ko).as_str(), parcel.tracking_page()),
            ("직접 전달", None)
        );
        assert_eq!(Parcel::new(Carrier::Hand, "1234567890", None), Err(WrongNumber::ByHand));
        assert_eq!(Parcel::new(Carrier::Cj, "", Some("급함")), Err(WrongNumber::Missing));
    }

    #[test]
    fn an_owner_who_insists_says_why() {
        assert_eq!(Parcel::new(Carrier::Cj, "12345678901", Some(" ")), Err(WrongNumber::NoReason));
        let parcel = Parcel::new(Carrier::Cj, "12345678901", Some("해외 접수")).unwrap();
        assert_eq!(parcel.insisted.as_deref(), Some("해외 접수"));
    }
}
