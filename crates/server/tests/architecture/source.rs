//! Source text as tokens, near enough to the language for rules about names, paths and macros.

use std::path::Path;

/// A token that rules look at; comments and numbers are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// A name or a keyword.
    Word(String),
    /// The inside of a string literal.
    Text(String),
    /// Any other sign.
    Sign(char),
}

/// A token with the line it stands on.
pub(crate) type Placed = (Token, usize);

/// A file of Rust.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// Its path below the workspace, with `/`.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: String,
    /// Its tokens without those of tests.
    pub(crate) tokens: Vec<Placed>,
    /// How many lines belong to tests.
    pub(crate) test_lines: usize,
    /// The whole file is a test.
    pub(crate) is_test: bool,
}

impl Source {
    /// Reads a text as the file at `path`.
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let (tokens, test_lines) = without_tests(tokens(text));
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_test = path.contains("/tests/") || name == "tests.rs" || name.ends_with("_tests.rs");
        Self { path: path.to_owned(), text: text.to_owned(), tokens, test_lines, is_test }
    }

    /// Lines that are not tests.
    pub(crate) fn length(&self) -> usize {
        if self.is_test { 0 } else { self.text.lines().count().saturating_sub(self.test_lines) }
    }

    /// The module below the crate's root: `tasks/http/life.rs` is `tasks`, `http`, `life`. Empty for the root itself.
    pub(crate) fn module(&self) -> Vec<&str> {
        let Some((_, inner)) = self.path.split_once("/src/") else { return Vec::new() };
        let mut parts: Vec<&str> = inner.trim_end_matches(".rs").split('/').collect();
        if matches!(parts.last(), Some(&"mod" | &"lib" | &"main")) {
            parts.pop();
        }
        parts
    }

    /// The text literals with their lines.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&str, usize)> {
        self.tokens.iter().filter_map(|(token, line)| match token {
            Token::Text(text) => Some((text.as_str(), *line)),
            _ => None,
        })
    }

    /// The names with their places in `tokens`.
    pub(crate) fn words(&self) -> impl Iterator<Item = (&str, usize)> {
        self.tokens.iter().enumerate().filter_map(|(place, (token, _))| match token {
            Token::Word(word) => Some((word.as_str(), place)),
            _ => None,
        })
    }

    /// The line of a token.
    pub(crate) fn line(&self, place: usize) -> usize {
        self.tokens.get(place).map_or(0, |(_, line)| *line)
    }

    /// Whether the tokens from `place` on spell this: words and signs, separated by blanks.
    pub(crate) fn spells(&self, place: usize, phrase: &str) -> bool {
        phrase.split(' ').enumerate().all(|(n, part)| match self.tokens.get(place + n) {
            Some((Token::Word(word), _)) => word == part,
            Some((Token::Sign(sign), _)) => part.chars().eq([*sign]),
            _ => false,
        })
    }

    /// Places at which the tokens spell this.
    pub(crate) fn find<'a>(&'a self, phrase: &'a str) -> impl Iterator<Item = usize> + 'a {
        (0..self.tokens.len()).filter(move |place| self.spells(*place, phrase))
    }

    /// Every path that begins with one of these names, groups taken apart: `use a::{b, c::d}` is `a b` and `a c d`. A path
    /// that begins with `super` is given from the crate's root on, as `crate` and what follows.
    pub(crate) fn paths(&self, roots: &[&str]) -> Vec<(Vec<String>, usize)> {
        let mut found = Vec::new();
        let mut inner: Vec<(String, usize)> = Vec::new();
        let mut depth = 0;
        let mut place = 0;
        while place < self.tokens.len() {
            match self.tokens.get(place).map(|(token, _)| token) {
                Some(Token::Sign('{')) => depth += 1,
                Some(Token::Sign('}')) => {
                    depth -= 1;
                    inner.retain(|(_, opened)| *opened <= depth);
                }
                Some(Token::Word(word)) if word == "mod" => {
                    if let (Some((Token::Word(name), _)), true) = (self.tokens.get(place + 1), self.spells(place + 2, "{")) {
                        inner.push((name.clone(), depth + 1));
                    }
                }
                Some(Token::Word(word)) if roots.contains(&word.as_str()) && !self.follows_path(place) => {
                    let start = if word == "super" { self.above(&inner) } else { vec![word.clone()] };
                    let mut out = Vec::new();
                    let end = self.follow(place + 1, start, &mut out);
                    found.extend(out);
                    place = end;
                    continue;
                }
                _ => {}
            }
            place += 1;
        }
        found
    }

    fn follows_path(&self, place: usize) -> bool {
        place >= 2 && self.spells(place - 2, ": :")
    }

    /// The module above the one that `super` stands in, as a path from the root.
    fn above(&self, inner: &[(String, usize)]) -> Vec<String> {
        let mut here: Vec<String> = self.module().into_iter().map(str::to_owned).collect();
        here.extend(inner.iter().map(|(name, _)| name.clone()));
        here.pop();
        here.insert(0, "crate".to_owned());
        here
    }

    /// Follows a path from behind a segment; answers the place behind it.
    fn follow(&self, mut place: usize, mut path: Vec<String>, out: &mut Vec<(Vec<String>, usize)>) -> usize {
        let line = self.line(place.saturating_sub(1));
        while self.spells(place, ": :") {
            match self.tokens.get(place + 2).map(|(token, _)| token) {
                Some(Token::Word(word)) if word == "super" => {
                    path.pop();
                    place += 3;
                }
                Some(Token::Word(word)) => {
                    if word != "self" {
                        path.push(word.clone());
                    }
                    place += 3;
                }
                Some(Token::Sign('{')) => return self.group(place + 3, &path, out),
                _ => break,
            }
        }
        out.push((path, line));
        place
    }

    /// A group of a `use`: answers the place behind its closing brace.
    fn group(&self, mut place: usize, path: &[String], out: &mut Vec<(Vec<String>, usize)>) -> usize {
        loop {
            match self.tokens.get(place).map(|(token, _)| token) {
                None | Some(Token::Sign('}')) => return place + 1,
                Some(Token::Word(word)) if word == "as" => place += 2,
                Some(Token::Word(word)) => {
                    let mut longer = path.to_vec();
                    if word != "self" {
                        longer.push(word.clone());
                    }
                    place = self.follow(place + 1, longer, out);
                }
                Some(_) => place += 1,
            }
        }
    }
}

/// Takes a text apart.
pub(crate) fn tokens(text: &str) -> Vec<Placed> {
    let chars: Vec<char> = text.chars().collect();
    let at = |place: usize| chars.get(place).copied().unwrap_or('\0');
    let (mut out, mut place, mut line) = (Vec::new(), 0, 1);
    while place < chars.len() {
        let c = at(place);
        match c {
            '\n' => line += 1,
            '/' if at(place + 1) == '/' => {
                while place < chars.len() && at(place) != '\n' {
                    place += 1;
                }
                continue;
            }
            '/' if at(place + 1) == '*' => {
                let mut depth = 0;
                loop {
                    match (at(place), at(place + 1)) {
                        ('/', '*') => (depth, place) = (depth + 1, place + 2),
                        ('*', '/') => (depth, place) = (depth - 1, place + 2),
                        ('\0', '\0') => break,
                        (other, _) => {
                            line += usize::from(other == '\n');
                            place += 1;
                        }
                    }
                    if depth == 0 {
                        break;
                    }
                }
                continue;
            }
            '"' => {
                let (inside, end) = quoted(&chars, place + 1);
                out.push((Token::Text(inside.clone()), line));
                line += inside.matches('\n').count();
                place = end;
                continue;
            }
            'b' if at(place + 1) == 'r' && raw_hashes(&chars, place + 2).is_some() => {}
            'r' if raw_hashes(&chars, place + 1).is_some() => {
                let hashes = raw_hashes(&chars, place + 1).unwrap_or(0);
                let (inside, end) = raw(&chars, place + 2 + hashes, hashes);
                out.push((Token::Text(inside.clone()), line));
                line += inside.matches('\n').count();
                place = end;
                continue;
            }
            '\'' => {
                // A character literal; anything else that begins so is a lifetime and of no interest.
                if at(place + 1) == '\\' {
                    place += 3;
                    while place < chars.len() && at(place) != '\'' {
                        place += 1;
                    }
                } else if at(place + 2) == '\'' {
                    place += 2;
                }
            }
            _ if c.is_alphabetic() || c == '_' => {
                let start = place;
                while at(place).is_alphanumeric() || at(place) == '_' {
                    place += 1;
                }
                let word: String = chars.get(start..place).unwrap_or_default().iter().collect();
                out.push((Token::Word(word), line));
                continue;
            }
            _ if c.is_ascii_digit() => {
                while at(place).is_alphanumeric() || at(place) == '_' {
                    place += 1;
                }
                continue;
            }
            _ if c.is_whitespace() => {}
            _ => out.push((Token::Sign(c), line)),
        }
        place += 1;
    }
    out
}

fn quoted(chars: &[char], mut place: usize) -> (String, usize) {
    let mut inside = String::new();
    while let Some(c) = chars.get(place) {
        match c {
            '"' => return (inside, place + 1),
            '\\' => {
                // Only the length matters for what is escaped; a line that goes on keeps its break for the count of lines.
                inside.push(if chars.get(place + 1) == Some(&'\n') { '\n' } else { ' ' });
                place += 2;
            }
            other => {
                inside.push(*other);
                place += 1;
            }
        }
    }
    (inside, place)
}

fn raw_hashes(chars: &[char], place: usize) -> Option<usize> {
    let hashes = chars.iter().skip(place).take_while(|c| **c == '#').count();
    (chars.get(place + hashes) == Some(&'"')).then_some(hashes)
}

fn raw(chars: &[char], start: usize, hashes: usize) -> (String, usize) {
    let mut place = start;
    while place < chars.len() {
        let ends = chars.get(place) == Some(&'"') && (1..=hashes).all(|n| chars.get(place + n) == Some(&'#'));
        if ends {
            break;
        }
        place += 1;
    }
    (chars.get(start..place).unwrap_or_default().iter().collect(), place + 1 + hashes)
}

/// Takes out what stands behind `#[cfg(test)]`; answers how many lines that were.
fn without_tests(tokens: Vec<Placed>) -> (Vec<Placed>, usize) {
    let source = Source { path: String::new(), text: String::new(), tokens, test_lines: 0, is_test: false };
    let (mut kept, mut lines, mut place) = (Vec::new(), 0, 0);
    while place < source.tokens.len() {
        if source.spells(place, "# [ cfg ( test ) ]") {
            let end = item_end(&source, place + 7);
            lines += source.line(end.saturating_sub(1)).saturating_sub(source.line(place)) + 1;
            place = end;
        } else {
            kept.extend(source.tokens.get(place).cloned());
            place += 1;
        }
    }
    (kept, lines)
}

/// The place behind the item that begins here: its `;` or the brace that closes it.
fn item_end(source: &Source, mut place: usize) -> usize {
    let mut depth = 0;
    while let Some((token, _)) = source.tokens.get(place) {
        place += 1;
        match token {
            Token::Sign('{' | '(' | '[') => depth += 1,
            Token::Sign('}') if depth == 1 => return place,
            Token::Sign('}' | ')' | ']') => depth -= 1,
            Token::Sign(';') if depth == 0 => return place,
            _ => {}
        }
    }
    place
}

/// Every file with this ending below a folder, as path below `root` and text.
pub(crate) fn files(root: &Path, folder: &str, ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                if !matches!(name.as_str(), "node_modules" | "target" | "dist") {
                    folders.push(path);
                }
            } else if name.ends_with(ending)
                && let (Ok(text), Ok(short)) = (std::fs::read_to_string(&path), path.strip_prefix(root))
            {
                found.push((short.to_string_lossy().replace('\\', "/"), text));
            }
        }
    }
    found.sort();
    found
}
