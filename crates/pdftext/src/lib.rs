//! Pdftext: what is written in a PDF, for searching.
//!
//! [`text`] gives the words of every page in the order in which they are drawn. Pictures are not read: a scanned page has no
//! text.
//!
//! *Not here.* Protection. A hostile file may take all memory there is or run without end; whoever calls this does so in a process
//! of its own, with bounds, that may be killed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pdf_extract::Document;

/// The text of a PDF, at most `most` characters; `None` where nothing can be read: no PDF, encrypted, broken.
#[must_use]
pub fn text(bytes: &[u8], most: usize) -> Option<String> {
    // The one knows the fonts that are embedded, the other the encodings of Chinese that are not; what the one does not know it
    // ends with a panic.
    let embedded = || pdf_extract::extract_text_from_mem(bytes).ok();
    let known = || {
        let document = Document::load_mem(bytes).ok()?;
        let pages: Vec<u32> = document.get_pages().keys().copied().collect();
        document.extract_text(&pages).ok()
    };
    let found = catch_unwind(AssertUnwindSafe(embedded)).ok().flatten();
    let found = found.filter(|text| !text.trim().is_empty()).or_else(|| catch_unwind(AssertUnwindSafe(known)).ok().flatten())?;
    Some(found.chars().filter(|c| *c != '\0').map(as_written).take(most).collect())
}

/// The character that was written, where a font names the same shape by its radical: “⼝” is searched for as “口”. Some browsers
/// print so.
fn as_written(c: char) -> char {
    match c {
        // The block has the 214 radicals in the order of this string.
        '\u{2F00}'..='\u{2FD5}' => RADICALS.chars().nth(c as usize - 0x2F00).unwrap_or(c),
        '\u{2E80}'..='\u{2EF3}' => SIMPLIFIED.iter().find(|(radical, _)| *radical == c).map_or(c, |(_, same)| *same),
        _ => c,
    }
}

/// The Kangxi radicals as characters of their own, from U+2F00 on (Unicode, `UnicodeData.txt`, compatibility decompositions).
const RADICALS: &str = "一丨丶丿乙亅二亠人儿入八冂冖冫几凵刀力勹匕匚匸十卜卩厂厶又口囗土士夂夊夕大女子宀寸小尢尸屮山巛工己巾干幺广廴廾弋弓彐彡彳心戈戶手支攴文斗斤方无日曰月木欠止歹殳毋比毛氏气水火爪父爻爿片牙牛犬玄玉瓜瓦甘生用田疋疒癶白皮皿目矛矢石示禸禾穴立竹米糸缶网羊羽老而耒耳聿肉臣自至臼舌舛舟艮色艸虍虫血行衣襾見角言谷豆豕豸貝赤走足身車辛辰辵邑酉釆里金長門阜隶隹雨靑非面革韋韭音頁風飛食首香馬骨高髟鬥鬯鬲鬼魚鳥鹵鹿麥麻黃黍黑黹黽鼎鼓鼠鼻齊齒龍龜龠";

/// Simplified ones of the supplement.
const SIMPLIFIED: [(char, char); 21] = [
    ('⺠', '民'),
    ('⻁', '虎'),
    ('⻄', '西'),
    ('⻅', '见'),
    ('⻆', '角'),
    ('⻉', '贝'),
    ('⻋', '车'),
    ('⻓', '长'),
    ('⻔', '门'),
    ('⻘', '青'),
    ('⻚', '页'),
    ('⻛', '风'),
    ('⻜', '飞'),
    ('⻝', '食'),
    ('⻢', '马'),
    ('⻣', '骨'),
    ('⻥', '鱼'),
    ('⻦', '鸟'),
    ('⻩', '黄'),
    ('⻮', '齿'),
    ('⻰', '龙'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_radical_is_the_character_that_looks_like_it() {
        assert_eq!(RADICALS.chars().count(), 214);
        assert_eq!("推进港⼝，⾃然，11⽉，⼈，⻓".chars().map(as_written).collect::<String>(), "推进港口，自然，11月，人，长");
    }

    #[test]
    fn what_is_no_pdf_has_no_text() {
        for bytes in [&b""[..], b"%PDF-1.7 garbage", b"PK\x03\x04"] {
            assert_eq!(text(bytes, 100), None);
        }
    }

    #[test]
    fn chinese_in_an_encoding_that_needs_no_font_is_read() {
        let words: String = "关于推进港口码头建设的方案".encode_utf16().map(|unit| format!("{unit:04X}")).collect();
        let found = text(&page(&words), 100).unwrap_or_default();
        assert!(found.contains("港口码头"), "{found}");
    }

    #[test]
    fn chinese_in_a_font_that_is_embedded_is_read() {
        let found = text(include_bytes!("../tests/fixtures/printed-by-a-browser.pdf"), 100).unwrap_or_default();
        assert!(found.contains("防波堤护岸十一月底前完工，责任到人"), "{found}");
        assert_eq!(text(include_bytes!("../tests/fixtures/printed-by-a-browser.pdf"), 3).unwrap_or_default().chars().count(), 3);
    }

    /// A PDF of one page in a font that every reader has, with its table of places.
    fn page(hex: &str) -> Vec<u8> {
        let stream = format!("BT /F1 14 Tf 72 700 Td <{hex}> Tj ET");
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
            format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()),
            "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>".to_owned(),
            "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 0 >> >>"
                .to_owned(),
        ];
        let mut out = b"%PDF-1.4\n".to_vec();
        let mut places = Vec::new();
        for (n, object) in objects.iter().enumerate() {
            places.push(out.len());
            out.extend(format!("{} 0 obj\n{object}\nendobj\n", n + 1).bytes());
        }
        let table = out.len();
        out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
        for place in places {
            out.extend(format!("{place:010} 00000 n \n").bytes());
        }
        out.extend(format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1).bytes());
        out
    }
}
