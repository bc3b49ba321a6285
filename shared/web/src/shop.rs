//! The shop's identity, which 전자상거래법 제10조 requires on every page.

use platform::{Environment, Misconfigured};

/// The shop's legal identity, from configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shop {
    /// 상호
    pub name: String,
    /// 대표자
    pub representative: String,
    /// 주소
    pub address: String,
    /// 전화
    pub phone: String,
    /// 전자우편
    pub email: String,
    /// 사업자등록번호
    pub business_number: String,
    /// 통신판매업 신고번호
    pub mail_order_number: String,
    /// Whether these are sample values. Pages then say so.
    pub sample: bool,
}

impl Shop {
    /// Reads the identity from the `SHOP_` variables.
    pub fn from_environment(environment: &Environment) -> Result<Self, Misconfigured> {
        let read = |name: &str| environment.required(name).map(ToOwned::to_owned);
        Ok(Self {
            name: read("SHOP_NAME")?,
            representative: read("SHOP_REPRESENTATIVE")?,
            address: read("SHOP_ADDRESS")?,
            phone: read("SHOP_PHONE")?,
            email: read("SHOP_EMAIL")?,
            business_number: read("SHOP_BUSINESS_NUMBER")?,
            mail_order_number: read("SHOP_MAIL_ORDER_NUMBER")?,
            sample: read("SHOP_SAMPLE")? == "true",
        })
    }
}
