//! The macro `say!`, which the crate `wording` hands on. It looks like `format!`, but keeps the sentence and what was put
//! into it apart, so that the sentence can be looked up in another language.
//!
//! It takes what `format!` takes of `{name}`, `{name:spec}`, `{}` and `name = value`. The sentence that is looked up has
//! every place written `{name}`, or `{0}`, `{1}` … where no name was given.

use proc_macro::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

/// Makes `wording::Words` of a sentence and its particulars: `say!("最多 {max} 个字", max = 80)`.
#[proc_macro]
pub fn say(input: TokenStream) -> TokenStream {
    build(input).unwrap_or_else(|(message, span)| {
        let text = TokenTree::Literal(Literal::string(&message));
        let mut call: TokenStream = "::core::compile_error!".parse().unwrap_or_default();
        call.extend([TokenTree::Group(Group::new(Delimiter::Brace, text.into()))]);
        call.into_iter()
            .map(|mut token| {
                token.set_span(span);
                token
            })
            .collect()
    })
}

type Wrong = (String, Span);

fn build(input: TokenStream) -> Result<TokenStream, Wrong> {
    let mut parts = split(input).into_iter();
    let first: Vec<TokenTree> = parts.next().unwrap_or_default();
    let [TokenTree::Literal(literal)] = first.as_slice() else {
        return Err(("a sentence in quotes comes first".to_owned(), Span::call_site()));
    };
    let span = literal.span();
    let sentence = unquote(&literal.to_string()).ok_or_else(|| ("a plain string literal is needed".to_owned(), span))?;
    let mut named: Vec<(String, TokenStream)> = Vec::new();
    let mut placed: Vec<TokenStream> = Vec::new();
    for part in parts.filter(|part| !part.is_empty()) {
        match part.as_slice() {
            [TokenTree::Ident(name), TokenTree::Punct(equals), value @ ..]
                if equals.as_char() == '=' && equals.spacing() == Spacing::Alone && !value.is_empty() =>
            {
                named.push((name.to_string(), value.iter().cloned().collect()));
            }
            value => placed.push(value.iter().cloned().collect()),
        }
    }
    let (template, places) = read(&sentence).map_err(|message| (message, span))?;
    let mut used = vec![false; named.len()];
    let mut args = TokenStream::new();
    let mut seen: Vec<String> = Vec::new();
    let mut count = 0;
    for (name, spec) in places {
        let value = if let Ok(n) = name.parse::<usize>() {
            count = count.max(n + 1);
            placed.get(n).cloned().ok_or_else(|| (format!("nothing is given for place {n}"), span))?
        } else if let Some(at) = named.iter().position(|(known, _)| *known == name) {
            used[at] = true;
            named[at].1.clone()
        } else {
            TokenTree::Ident(Ident::new(&name, span)).into()
        };
        if seen.contains(&name) {
            continue;
        }
        args.extend(argument(&name, value, &spec));
        seen.push(name);
    }
    if count < placed.len() || used.contains(&false) {
        return Err(("something is given that the sentence has no place for".to_owned(), span));
    }
    let mut call: TokenStream = "::wording::Words::said".parse().map_err(|_| ("internal".to_owned(), span))?;
    let inner = [
        TokenTree::Literal(Literal::string(&template)),
        TokenTree::Punct(Punct::new(',', Spacing::Alone)),
        TokenTree::Group(Group::new(Delimiter::Bracket, args)),
    ];
    call.extend([TokenTree::Group(Group::new(Delimiter::Parenthesis, inner.into_iter().collect()))]);
    Ok(call)
}

/// `("name", ::wording::ToArg::to_arg(&value)),`, with the value formatted first where a spec was given.
fn argument(name: &str, value: TokenStream, spec: &str) -> TokenStream {
    let parse = |text: &str| text.parse::<TokenStream>().unwrap_or_default();
    let group = |delimiter, inner: TokenStream| TokenStream::from(TokenTree::Group(Group::new(delimiter, inner)));
    let comma = || TokenStream::from(TokenTree::Punct(Punct::new(',', Spacing::Alone)));
    let shown = if spec.is_empty() {
        // A group without delimiters would do, but braces keep precedence on every compiler.
        group(Delimiter::Parenthesis, value)
    } else {
        let mut inner: TokenStream = TokenTree::Literal(Literal::string(&format!("{{:{spec}}}"))).into();
        inner.extend(comma());
        inner.extend(value);
        let mut call = parse("::std::format!");
        call.extend(group(Delimiter::Parenthesis, inner));
        call
    };
    let mut reference: TokenStream = TokenTree::Punct(Punct::new('&', Spacing::Alone)).into();
    reference.extend(shown);
    let mut convert = parse("::wording::ToArg::to_arg");
    convert.extend(group(Delimiter::Parenthesis, reference));
    let mut pair: TokenStream = TokenTree::Literal(Literal::string(name)).into();
    pair.extend(comma());
    pair.extend(convert);
    let mut out = group(Delimiter::Parenthesis, pair);
    out.extend(comma());
    out
}

/// The parts between commas.
fn split(input: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut parts = vec![Vec::new()];
    for token in input {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == ',' => parts.push(Vec::new()),
            token => {
                if let Some(last) = parts.last_mut() {
                    last.push(token);
                }
            }
        }
    }
    parts
}

/// The text of a literal; nothing where it is none, or has escapes that no sentence needs.
fn unquote(literal: &str) -> Option<String> {
    let inner = literal.strip_prefix('"')?.strip_suffix('"')?;
    let mut out = String::new();
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next()? {
            'n' => out.push('\n'),
            '"' => out.push('"'),
            '\\' => out.push('\\'),
            // A line that goes on in the next.
            '\n' => while chars.next_if(|c| c.is_whitespace()).is_some() {},
            _ => return None,
        }
    }
    Some(out)
}

/// The sentence as it is looked up, and its places with their format.
fn read(sentence: &str) -> Result<(String, Vec<(String, String)>), String> {
    let (mut template, mut places, mut next) = (String::new(), Vec::new(), 0);
    let mut rest = sentence;
    while let Some(at) = rest.find(['{', '}']) {
        template.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(inner) = rest.strip_prefix('{').filter(|inner| !inner.starts_with('{')) else {
            return Err("braces stand only around places".to_owned());
        };
        let Some((place, after)) = inner.split_once('}') else { return Err("a place is not closed".to_owned()) };
        let (name, spec) = place.split_once(':').unwrap_or((place, ""));
        let name = if name.is_empty() {
            next += 1;
            (next - 1).to_string()
        } else {
            name.to_owned()
        };
        template.push_str(&format!("{{{name}}}"));
        places.push((name, spec.to_owned()));
        rest = after;
    }
    template.push_str(rest);
    Ok((template, places))
}
