//! The file with which a carrier takes many parcels at once, as xlsx with text in every cell: a
//! spreadsheet would cut the zero from a postcode. Carriers read by position and each contract
//! differs, so the columns are to be held against the real form before use; these are those of public
//! programs for CJ 대한통운's and 우체국's forms.

use admin::{AdminError, AdminState, Answer, Call, File};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    base::calendar,
    order::{Order, desk::OwnerTask, parcel::Carrier, written_phone},
};
use jiff::civil::Date;
use rust_xlsxwriter::{Workbook, XlsxError};

use crate::{MOST, words};

/// The media type of xlsx.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What is in every parcel, in the carriers' words. No form names a book.
const CONTENT: &str = "도서";

/// The columns of CJ's form.
const CJ: [&str; 17] = [
    "예약구분",
    "집하예정일",
    "받는분성명",
    "받는분전화번호",
    "받는분기타연락처",
    "받는분우편번호",
    "받는분주소(전체, 분할)",
    "운송장번호",
    "고객주문번호",
    "품목명",
    "박스수량",
    "박스타입",
    "기본운임",
    "배송메세지1",
    "배송메세지2",
    "품목명",
    "운임구분",
];

/// The columns of the post's form.
const EPOST: [&str; 17] = [
    "받는 분",
    "우편번호",
    "주소(시도+시군구+도로명+건물번호)",
    "상세주소(동, 호수, 洞명칭, 아파트, 건물명 등)",
    "일반전화(02-1234-5678)",
    "휴대전화(010-1234-5678)",
    "중량(kg)",
    "부피(cm)=가로+세로+높이",
    "내용품코드",
    "내용물",
    "배달방식",
    "배송시요청사항",
    "분할접수 여부(Y/N)",
    "분할접수 첫번째 중량(kg)",
    "분할접수 첫번째 부피(cm)",
    "분할접수 두번째 중량(kg)",
    "분할접수 두번째 부피(cm)",
];

/// The carriers whose form is known.
pub(crate) const CARRIERS: [Carrier; 2] = [Carrier::Cj, Carrier::Epost];

/// The file for all parcels that are not handed over yet. One read.
pub(crate) async fn file(
    state: &AdminState,
    call: &Call,
    carrier: Carrier,
) -> Result<Answer, AdminError> {
    let today = calendar::today(call.now);
    let waiting = state.store.desk(MOST).await?.orders;
    let mut orders: Vec<&Order> = waiting
        .iter()
        .map(|order| &order.value)
        .filter(|order| matches!(order.owner_task(today), OwnerTask::Pack | OwnerTask::Post))
        .collect();
    orders.sort_by_key(|order| order.number);
    let mut answer = Answer::ok();
    answer.left(orders.len());
    answer.next.push(words::carrier_file(carrier, orders.len()));
    if !orders.is_empty() {
        let bytes = sheet(carrier, &orders, today)
            .map_err(|why| AdminError::Internal(format!("the sheet cannot be written: {why}")))?;
        answer.files.push(File {
            name: format!("{}-{}.xlsx", carrier.name(), today.strftime("%Y%m%d")),
            media_type: XLSX.to_owned(),
            base64: STANDARD.encode(bytes),
        });
    }
    Ok(answer)
}

/// The sheet: a heading, then a row for each order.
fn sheet(carrier: Carrier, orders: &[&Order], today: Date) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let is_post = carrier == Carrier::Epost;
    sheet.set_name(if is_post { "창구소포 파일접수양식" } else { "예약접수" })?;
    let head: &[&str] = if is_post { &EPOST } else { &CJ };
    for (column, name) in (0_u16..).zip(head) {
        sheet.write_string(0, column, *name)?;
    }
    for (row, order) in (1_u32..).zip(orders) {
        let cells = if is_post { epost(order) } else { cj(order, today) };
        for (column, text) in (0_u16..).zip(cells) {
            sheet.write_string(row, column, text)?;
        }
    }
    book.save_to_buffer()
}

/// Our number of an order on a carrier's form: it comes back beside the tracking number.
fn own_number(order: &Order) -> String {
    order.number.map_or_else(|| order.id.to_string(), |number| number.to_string())
}

fn cj(order: &Order, today: Date) -> Vec<String> {
    let to = &order.address;
    let address = format!("{} {}", to.street.reveal(), to.detail.reveal());
    let text = ToOwned::to_owned;
    vec![
        text("일반"),
        today.strftime("%Y%m%d").to_string(),
        to.recipient.reveal().clone(),
        written_phone(to.phone.reveal()),
        String::new(),
        to.postcode.reveal().clone(),
        text(address.trim()),
        String::new(),
        own_number(order),
        text(CONTENT),
        text("1"),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
        text("신용"),
    ]
}

/// The post's form has no column for our number, so the content carries it.
fn epost(order: &Order) -> Vec<String> {
    let to = &order.address;
    let (phone, is_mobile) =
        (written_phone(to.phone.reveal()), to.phone.reveal().starts_with("01"));
    let (landline, mobile) =
        if is_mobile { (String::new(), phone) } else { (phone, String::new()) };
    let detail = to.detail.reveal().trim();
    let mut cells = vec![
        to.recipient.reveal().clone(),
        to.postcode.reveal().clone(),
        to.street.reveal().clone(),
        if detail.is_empty() { ".".to_owned() } else { detail.to_owned() },
        landline,
        mobile,
        String::new(),
        String::new(),
        String::new(),
        format!("{CONTENT} {}", own_number(order)),
        String::new(),
        String::new(),
        "N".to_owned(),
    ];
    cells.resize(EPOST.len(), String::new());
    cells
}
