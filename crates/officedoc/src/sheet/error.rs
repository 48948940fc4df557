//! Why a file was refused, in words for the person who sent it.

use std::fmt;

use wording::{Words, say};

/// A refusal of a whole file. [`SheetError::words`] say what happened and what to do; nothing of the file was used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// No bytes at all.
    Empty,
    /// More bytes than allowed.
    TooLarge {
        /// Bytes of the file.
        bytes: u64,
        /// Bytes allowed.
        max_bytes: u64,
    },
    /// Something else than a spreadsheet, or one of a kind that is not read.
    WrongType {
        /// What the file looks like.
        found: &'static str,
    },
    /// A password is needed to open it.
    Encrypted,
    /// A spreadsheet that is cut off or contradicts itself.
    Broken {
        /// The part that could not be read.
        part: &'static str,
    },
    /// Unpacking it would take far more than its size suggests.
    Suspicious {
        /// What is out of proportion.
        reason: &'static str,
    },
    /// More rows with content than allowed.
    TooManyRows {
        /// Rows allowed, the heading not counted.
        max_rows: usize,
        /// The first row too many, as numbered in the sheet.
        row: u32,
    },
    /// More columns than allowed.
    TooManyColumns {
        /// Columns allowed.
        max_columns: usize,
        /// Where the column was seen, as numbered in the sheet.
        row: u32,
        /// The column's letters.
        column: String,
    },
    /// All cells together hold too much text.
    TooMuchText {
        /// Bytes of text allowed.
        max_bytes: u64,
    },
    /// Not one cell with content on a visible sheet.
    NoContent,
    /// A text in no encoding that is understood.
    Encoding {
        /// The line with the first undecodable character, from 1.
        row: u32,
    },
    /// A quotation mark in a CSV is never closed.
    UnclosedQuote {
        /// The row in which the quotation begins, as numbered in the sheet.
        row: u32,
    },
}

impl SheetError {
    /// What is wrong and what to do.
    pub fn words(&self) -> Words {
        match self {
            Self::Empty => "文件是空的。请确认文件已保存后重新上传。".into(),
            Self::TooLarge { bytes, max_bytes } => {
                say!("文件大小 {size}，超过上限 {most}。请拆分后分批上传。", size = megabytes(*bytes), most = megabytes(*max_bytes))
            }
            Self::WrongType { found } => say!(
                "这是{found}，不是可以读取的表格。请上传 .xlsx、.xls 或 .csv 文件；其他格式的表格请先用 Excel 或 WPS 另存为 .xlsx。",
                found = Words::from(*found)
            ),
            Self::Encrypted => "文件设有打开密码，无法读取。请在 Excel 或 WPS 中取消密码保护，保存后重新上传。".into(),
            Self::Broken { part } => {
                say!("文件已损坏或不完整（{part}无法读取）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重新上传。", part = Words::from(*part))
            }
            Self::Suspicious { reason } => say!(
                "文件解压后过大或结构异常（{reason}），为安全起见未打开。请只保留需要导入的工作表，删除图片等内容，另存为 .xlsx 后重新上传。",
                reason = Words::from(*reason)
            ),
            Self::TooManyRows { max_rows, row } => {
                say!("数据超过 {max_rows} 行（从第 {row} 行起超出）。请拆分成多个文件后分批上传。")
            }
            Self::TooManyColumns { max_columns, row, column } => {
                say!("表格超过 {max_columns} 列（第 {row} 行的 {column} 列有内容）。请删除多余的列后重新上传。")
            }
            Self::TooMuchText { max_bytes } => {
                say!("表格的文字总量超过 {most}。请拆分成多个文件后分批上传。", most = megabytes(*max_bytes))
            }
            Self::NoContent => "表格里没有内容。第一行应为表头，数据从第二行开始；请填写后重新上传。".into(),
            Self::Encoding { row } => {
                say!("第 {row} 行有无法识别的文字编码。请将文件另存为 .xlsx 或“CSV UTF-8”格式后重新上传。")
            }
            Self::UnclosedQuote { row } => {
                say!("第 {row} 行的双引号没有成对，无法判断单元格在哪里结束。请更正该行，或另存为 .xlsx 后重新上传。")
            }
        }
    }
}

impl fmt::Display for SheetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().zh())
    }
}

fn megabytes(bytes: u64) -> Words {
    const KIB: u64 = 1024;
    if bytes < KIB {
        return say!("{bytes} 字节");
    }
    let (unit, name) = if bytes < KIB * KIB { (KIB, "KB") } else { (KIB * KIB, "MB") };
    let tenths = u128::from(bytes) * 10 / u128::from(unit);
    Words::raw(match tenths % 10 {
        0 => format!("{} {name}", tenths / 10),
        tenth => format!("{}.{tenth} {name}", tenths / 10),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_readable() {
        assert_eq!(megabytes(10 << 20).zh(), "10 MB");
        assert_eq!(megabytes((12 << 20) + (400 << 10)).zh(), "12.3 MB");
        assert_eq!(megabytes(1536).zh(), "1.5 KB");
        assert_eq!(megabytes(7).zh(), "7 字节");
        assert!(!megabytes(u64::MAX).zh().is_empty());
    }
}
