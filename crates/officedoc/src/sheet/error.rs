//! Why a file was refused, in words for the person who sent it.

/// A refusal of a whole file. The text says what happened and what to do; nothing of the file was used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// No bytes at all.
    #[error("文件是空的。请确认文件已保存后重新上传。")]
    Empty,
    /// More bytes than allowed.
    #[error("文件大小 {}，超过上限 {}。请拆分后分批上传。", megabytes(*bytes), megabytes(*max_bytes))]
    TooLarge {
        /// Bytes of the file.
        bytes: u64,
        /// Bytes allowed.
        max_bytes: u64,
    },
    /// Something else than a spreadsheet, or one of a kind that is not read.
    #[error("这是{found}，不是可以读取的表格。请上传 .xlsx、.xls 或 .csv 文件；其他格式的表格请先用 Excel 或 WPS 另存为 .xlsx。")]
    WrongType {
        /// What the file looks like, in Chinese.
        found: &'static str,
    },
    /// A password is needed to open it.
    #[error("文件设有打开密码，无法读取。请在 Excel 或 WPS 中取消密码保护，保存后重新上传。")]
    Encrypted,
    /// A spreadsheet that is cut off or contradicts itself.
    #[error("文件已损坏或不完整（{part}无法读取）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重新上传。")]
    Broken {
        /// The part that could not be read, in Chinese.
        part: &'static str,
    },
    /// Unpacking it would take far more than its size suggests.
    #[error("文件解压后过大或结构异常（{reason}），为安全起见未打开。请只保留需要导入的工作表，删除图片等内容，另存为 .xlsx 后重新上传。")]
    Suspicious {
        /// What is out of proportion, in Chinese.
        reason: &'static str,
    },
    /// More rows with content than allowed.
    #[error("数据超过 {max_rows} 行（从第 {row} 行起超出）。请拆分成多个文件后分批上传。")]
    TooManyRows {
        /// Rows allowed, the heading not counted.
        max_rows: usize,
        /// The first row too many, as numbered in the sheet.
        row: u32,
    },
    /// More columns than allowed.
    #[error("表格超过 {max_columns} 列（第 {row} 行的 {column} 列有内容）。请删除多余的列后重新上传。")]
    TooManyColumns {
        /// Columns allowed.
        max_columns: usize,
        /// Where the column was seen, as numbered in the sheet.
        row: u32,
        /// The column's letters.
        column: String,
    },
    /// All cells together hold too much text.
    #[error("表格的文字总量超过 {}。请拆分成多个文件后分批上传。", megabytes(*max_bytes))]
    TooMuchText {
        /// Bytes of text allowed.
        max_bytes: u64,
    },
    /// Not one cell with content on a visible sheet.
    #[error("表格里没有内容。第一行应为表头，数据从第二行开始；请填写后重新上传。")]
    NoContent,
    /// A text in no encoding that is understood.
    #[error("第 {row} 行有无法识别的文字编码。请将文件另存为 .xlsx 或“CSV UTF-8”格式后重新上传。")]
    Encoding {
        /// The line with the first undecodable character, from 1.
        row: u32,
    },
    /// A quotation mark in a CSV is never closed.
    #[error("第 {row} 行的双引号没有成对，无法判断单元格在哪里结束。请更正该行，或另存为 .xlsx 后重新上传。")]
    UnclosedQuote {
        /// The row in which the quotation begins, as numbered in the sheet.
        row: u32,
    },
}

fn megabytes(bytes: u64) -> String {
    const KIB: u64 = 1024;
    if bytes < KIB {
        return format!("{bytes} 字节");
    }
    let (unit, name) = if bytes < KIB * KIB { (KIB, "KB") } else { (KIB * KIB, "MB") };
    let tenths = u128::from(bytes) * 10 / u128::from(unit);
    match tenths % 10 {
        0 => format!("{} {name}", tenths / 10),
        tenth => format!("{}.{tenth} {name}", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_readable() {
        assert_eq!(megabytes(10 << 20), "10 MB");
        assert_eq!(megabytes((12 << 20) + (400 << 10)), "12.3 MB");
        assert_eq!(megabytes(1536), "1.5 KB");
        assert_eq!(megabytes(7), "7 字节");
        assert!(!megabytes(u64::MAX).is_empty());
    }
}
