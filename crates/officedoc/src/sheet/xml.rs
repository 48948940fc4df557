//! A pull scanner for the XML inside an xlsx.
//!
//! It borrows everything from the text, keeps no stack and knows no entities but the five of XML itself; a document type
//! declaration is refused, so nothing can expand. It does not check that tags are nested well: a reader that looks for what it
//! needs is not hurt by what it does not know.

use std::borrow::Cow;

/// The text is not XML, or is XML of a kind office programs do not write.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

#[derive(Debug)]
pub(super) enum Event<'a> {
    /// `<name …>`; `<name/>` is followed by its own `End`.
    Start(Tag<'a>),
    /// `</name>`, without a namespace prefix.
    End(&'a str),
    /// Text with references resolved and line breaks as `\n`.
    Text(Cow<'a, str>),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Tag<'a> {
    /// Without a namespace prefix.
    pub(super) name: &'a str,
    attributes: &'a str,
}

#[derive(Debug)]
pub(super) struct Scanner<'a> {
    rest: &'a str,
    /// The name of an empty element whose end is still to be reported.
    open_and_shut: Option<&'a str>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text, open_and_shut: None }
    }

    /// The next event, or nothing at the end of the text.
    pub(super) fn next(&mut self) -> Result<Option<Event<'a>>, Malformed> {
        if let Some(name) = self.open_and_shut.take() {
            return Ok(Some(Event::End(name)));
        }
        loop {
            let Some(markup) = self.rest.strip_prefix('<') else {
                if self.rest.is_empty() {
                    return Ok(None);
                }
                let text = self.take_until('<');
                return Ok(Some(Event::Text(resolved(text))));
            };
            if let Some(comment) = markup.strip_prefix("!--") {
                self.skip_past(comment, "-->")?;
            } else if let Some(data) = markup.strip_prefix("![CDATA[") {
                let text = self.skip_past(data, "]]>")?;
                return Ok(Some(Event::Text(one_kind_of_break(text))));
            } else if let Some(instruction) = markup.strip_prefix('?') {
                self.skip_past(instruction, "?>")?;
            } else if markup.starts_with('!') {
                return Err(Malformed);
            } else if let Some(end) = markup.strip_prefix('/') {
                let name = self.skip_past(end, ">")?;
                return Ok(Some(Event::End(local(name.trim_end()))));
            } else {
                return self.start(markup).map(Some);
            }
        }
    }

    fn start(&mut self, markup: &'a str) -> Result<Event<'a>, Malformed> {
        let inside = self.skip_past_tag(markup)?;
        let (inside, is_empty) = inside.strip_suffix('/').map_or((inside, false), |inside| (inside, true));
        let (name, attributes) = inside.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((inside, ""));
        let name = local(name);
        if is_empty {
            self.open_and_shut = Some(name);
        }
        Ok(Event::Start(Tag { name, attributes }))
    }

    fn take_until(&mut self, stop: char) -> &'a str {
        let length = self.rest.find(stop).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn skip_past(&mut self, from: &'a str, stop: &str) -> Result<&'a str, Malformed> {
        let (inside, rest) = from.split_once(stop).ok_or(Malformed)?;
        self.rest = rest;
        Ok(inside)
    }

    /// Skips to the end of a tag; a `>` between quotes is not its end.
    fn skip_past_tag(&mut self, markup: &'a str) -> Result<&'a str, Malformed> {
        let mut quote = None;
        for (at, byte) in markup.bytes().enumerate() {
            match (quote, byte) {
                (None, b'>') => {
                    let (inside, rest) = markup.split_at_checked(at).ok_or(Malformed)?;
                    self.rest = rest.strip_prefix('>').ok_or(Malformed)?;
                    return Ok(inside);
                }
                (None, b'"' | b'\'') => quote = Some(byte),
                (Some(open), _) if open == byte => quote = None,
                _ => {}
            }
        }
        Err(Malformed)
    }
}

impl<'a> Tag<'a> {
    /// The value of an attribute by its name without namespace prefix, references resolved.
    pub(super) fn attribute(&self, name: &str) -> Option<Cow<'a, str>> {
        let mut rest = self.attributes;
        loop {
            let (key, after) = rest.split_once('=')?;
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let (value, next) = after.strip_prefix(quote)?.split_once(quote)?;
            if local(key.trim()) == name {
                return Some(resolved(value));
            }
            rest = next;
        }
    }
}

/// A name without its namespace prefix.
fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Replaces `&amp;`, `&#x4e8b;` and their like. What is no known reference stays as it is written.
fn resolved(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return one_kind_of_break(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut pieces = text.split('&');
    plain.push_str(&one_kind_of_break(pieces.next().unwrap_or_default()));
    for piece in pieces {
        let found = piece.split_once(';').and_then(|(name, after)| Some((reference(name)?, after)));
        let after = match found {
            Some((c, after)) => {
                plain.push(c);
                after
            }
            None => {
                plain.push('&');
                piece
            }
        };
        plain.push_str(&one_kind_of_break(after));
    }
    Cow::Owned(plain)
}

fn reference(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
        }
    }
}

/// XML ends every line with `\n`, whatever the file has.
fn one_kind_of_break(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn events(text: &str) -> Result<Vec<String>, Malformed> {
        let mut scanner = Scanner::new(text);
        let mut found = Vec::new();
        while let Some(event) = scanner.next()? {
            found.push(match event {
                Event::Start(tag) => format!("<{}>", tag.name),
                Event::End(name) => format!("</{name}>"),
                Event::Text(text) => text.into_owned(),
            });
        }
        Ok(found)
    }

    #[test]
    fn elements_text_and_everything_between() {
        let text = "<?xml version='1.0'?><!-- <c> --><x:row r='1'><c a=\">\"/>a&amp;b<![CDATA[<&>]]>\r\n</x:row >";
        assert_eq!(events(text).unwrap(), ["<row>", "<c>", "</c>", "a&b", "<&>", "\n", "</row>"]);
    }

    #[test]
    fn attributes() {
        let mut scanner = Scanner::new("<sheet name=\"甲 &lt;1&gt; = 'x'\" sheetId = '7'\n r:id=\"rId1\"/>");
        let Ok(Some(Event::Start(tag))) = scanner.next() else { panic!("no tag") };
        assert_eq!(tag.attribute("name").as_deref(), Some("甲 <1> = 'x'"));
        assert_eq!(tag.attribute("sheetId").as_deref(), Some("7"));
        assert_eq!(tag.attribute("id").as_deref(), Some("rId1"));
        assert_eq!(tag.attribute("state"), None);
    }

    #[test]
    fn references() {
        assert_eq!(resolved("&#20107;&#x5FC5;&apos;"), "事必'");
        assert_eq!(resolved("a & b &nope; &#xD800; &"), "a & b &nope; \u{fffd} &");
    }

    #[test]
    fn what_could_expand_is_refused() {
        assert_eq!(events("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), Err(Malformed));
        for cut in ["<a", "<a b='>", "<!-- ", "<![CDATA[", "<?xml", "</a"] {
            assert_eq!(events(cut), Err(Malformed), "{cut}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "([<>/=&;'\"!?#x:a-c \\r\\n-]|\\[CDATA\\[|.){0,80}") {
            let mut scanner = Scanner::new(&text);
            while let Ok(Some(event)) = scanner.next() {
                if let Event::Start(tag) = event {
                    let _ = tag.attribute("a");
                }
            }
        }
    }
}
