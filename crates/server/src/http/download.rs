use axum::{
    http::header,
    response::{IntoResponse, Response},
};

/// A file that is made for whoever asks, to be saved under a name.
#[derive(Debug)]
pub struct Download {
    /// With its ending.
    pub name: String,
    /// One of the types below.
    pub kind: &'static str,
    /// All of it.
    pub bytes: Vec<u8>,
}

impl Download {
    /// Comma-separated values, in UTF-8.
    pub const CSV: &str = "text/csv; charset=utf-8";
    /// A text document.
    pub const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    /// A workbook.
    pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
}

impl IntoResponse for Download {
    fn into_response(self) -> Response {
        let name = blob::content_disposition(&self.name, false);
        ([(header::CONTENT_TYPE, self.kind.to_owned()), (header::CONTENT_DISPOSITION, name)], self.bytes).into_response()
    }
}
