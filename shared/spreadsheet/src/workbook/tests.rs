//! Files that programs write, and files that somebody made to harm.

use std::io::Write as _;

use proptest::prelude::*;
use rust_xlsxwriter::Workbook;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;

fn written(fill: impl Fn(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet());
    book.add_worksheet().write_string(0, 0, "둘째 시트").unwrap();
    book.save_to_buffer().unwrap()
}

fn books() -> Vec<u8> {
    written(|sheet| {
        for (at, name) in (0..).zip(["ISBN", "제목", "정가"]) {
            sheet.write_string(0, at, name).unwrap();
        }
        sheet.write_number(2, 0, 9_788_936_434_120.0).unwrap();
        sheet.write_string(2, 1, "쉼표, 그리고\n\"따옴표\"").unwrap();
        sheet.write_number(2, 2, 15_000.0).unwrap();
        sheet.write_string(3, 0, "5.21853E+11").unwrap();
        sheet.write_formula(3, 2, rust_xlsxwriter::Formula::new("=1+1").set_result("2")).unwrap();
        sheet.write_number(4, 2, 0.5).unwrap();
    })
}

/// A packed folder with these parts.
fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        file.start_file(*name, SimpleFileOptions::default()).unwrap();
        file.write_all(bytes).unwrap();
    }
    file.finish().unwrap().into_inner()
}

/// A workbook whose only sheet has these rows.
fn sheet(rows: &str) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let book = format!(
        r#"<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>"#
    );
    let leads = format!(
        r#"<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#
    );
    let top = format!(
        r#"<Relationships xmlns="{relations}"><Relationship Id="r0" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
    );
    let sheet = format!(r#"<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>"#);
    packed(&[
        ("_rels/.rels", top.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", leads.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

#[test]
fn the_first_sheet_is_read_as_it_was_saved() {
    assert_eq!(
        text(&books()).unwrap(),
        "ISBN,제목,정가\n,,\n9788936434120,\"쉼표, 그리고 \"\"따옴표\"\"\",15000\n\
         5.21853E+11,,2\n,,0.5\n"
    );
    assert_eq!(text(&written(|_| {})), Err(NotASheet::Empty));
}

#[test]
fn two_cells_in_opposite_corners_are_no_table_of_thousands_of_millions() {
    let corners = r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>"#;
    assert_eq!(text(&sheet(corners)), Err(NotASheet::TooMuch));
    let one = r#"<row r="1"><c r="A1"><v>1</v></c></row>"#;
    assert_eq!(text(&sheet(one)).unwrap(), "1\n");
}

#[test]
fn what_unpacks_to_too_much_is_not_unpacked() {
    let zeros = vec![b' '; 31 * 1024 * 1024];
    let bomb = packed(&[("xl/workbook.xml", &zeros)]);
    assert!(bomb.len() < 200_000, "{} bytes", bomb.len());
    assert_eq!(text(&bomb), Err(NotASheet::TooMuch));
    let many: Vec<(String, &[u8])> = (0..=PARTS).map(|at| (at.to_string(), &b""[..])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, part)| (name.as_str(), *part)).collect();
    assert_eq!(text(&packed(&many)), Err(NotASheet::TooMuch));
    // A part that says that it is small is measured, not believed.
    let mut lie = packed(&[("a", &zeros)]);
    let size = u32::try_from(zeros.len()).unwrap().to_le_bytes();
    for at in 0..lie.len() - 4 {
        if lie[at..at + 4] == size {
            lie[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
        }
    }
    assert!(matches!(text(&lie), Err(NotASheet::TooMuch | NotASheet::Broken)));
}

#[test]
fn other_packed_files_are_no_workbooks() {
    assert_eq!(text(&packed(&[("word/document.xml", b"<w/>")])), Err(NotASheet::OtherKind));
    assert_eq!(text(&packed(&[])), Err(NotASheet::OtherKind));
    let mut cut = books();
    cut.truncate(cut.len() / 2);
    assert_eq!(text(&cut), Err(NotASheet::Broken));
}

proptest! {
    #[test]
    fn no_damage_panics(at in 0_usize..6_000, byte in any::<u8>(), cut in 0_usize..6_000) {
        let mut file = books();
        let place = at % file.len();
        file[place] = byte;
        let _ = text(&file);
        file.truncate(cut % file.len());
        let _ = text(&file);
    }

    #[test]
    fn no_xml_panics(rows in "(<row( r=\"[0-9A-Z]{0,9}\")?>|<c( r=\"[A-Z]{0,4}[0-9]{0,9}\")?( t=\"(s|n|b|e|d|str|inlineStr)\")?( s=\"[0-9]{1,3}\")?>|<v>|</v>|</c>|</row>|[0-9.E+-]{1,20}|<is><t>|</t></is>){0,30}") {
        let _ = text(&sheet(&rows));
    }
}
