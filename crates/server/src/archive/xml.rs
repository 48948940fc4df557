//! XML as far as a package needs it: elements, texts, attributes of our own.

/// A document being written.
#[derive(Debug)]
pub(super) struct Xml {
    out: String,
    open: Vec<&'static str>,
}

impl Xml {
    pub(super) fn new() -> Self {
        Self { out: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), open: Vec::new() }
    }

    /// An element with what `inside` writes into it.
    pub(super) fn element(&mut self, name: &'static str, inside: impl FnOnce(&mut Self)) {
        self.element_with(name, &[], inside);
    }

    /// The same with attributes.
    pub(super) fn element_with(&mut self, name: &'static str, attributes: &[(&str, &str)], inside: impl FnOnce(&mut Self)) {
        self.begin(name, attributes);
        self.out.push('\n');
        self.open.push(name);
        inside(self);
        self.open.pop();
        self.indent();
        self.end(name);
    }

    /// An element that holds a text.
    pub(super) fn text(&mut self, name: &'static str, text: impl AsRef<str>) {
        self.text_with(name, &[], text);
    }

    /// The same with attributes.
    pub(super) fn text_with(&mut self, name: &'static str, attributes: &[(&str, &str)], text: impl AsRef<str>) {
        self.begin(name, attributes);
        self.escape(text.as_ref());
        self.end(name);
    }

    /// The same where there is one.
    pub(super) fn optional(&mut self, name: &'static str, text: Option<impl AsRef<str>>) {
        if let Some(text) = text.filter(|text| !text.as_ref().is_empty()) {
            self.text(name, text);
        }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    fn indent(&mut self) {
        for _ in &self.open {
            self.out.push_str("  ");
        }
    }

    fn begin(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.indent();
        self.out.push('<');
        self.out.push_str(name);
        for (key, value) in attributes {
            self.out.push(' ');
            self.out.push_str(key);
            self.out.push_str("=\"");
            self.escape(value);
            self.out.push('"');
        }
        self.out.push('>');
    }

    fn end(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push_str(">\n");
    }

    /// What XML 1.0 cannot say at all is left out: such characters have no meaning in a text.
    fn escape(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                // A reader would take it for a line break.
                '\r' => self.out.push_str("&#13;"),
                '\t' | '\n' => self.out.push(c),
                '\u{fffe}' | '\u{ffff}' => {}
                _ if c < ' ' => {}
                _ => self.out.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_becomes_markup() {
        let mut xml = Xml::new();
        xml.element_with("a", &[("b", "\"<")], |xml| {
            xml.text("c", "1 < 2 & 3 > \"2\"\r\u{1}\u{ffff}汉");
            xml.optional("d", Some(""));
            xml.optional("e", None::<&str>);
        });
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a b=\"&quot;&lt;\">\n  \
                        <c>1 &lt; 2 &amp; 3 &gt; &quot;2&quot;&#13;汉</c>\n</a>\n";
        assert_eq!(xml.finish(), expected);
    }
}
