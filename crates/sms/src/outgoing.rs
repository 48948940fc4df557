use gateway::SendError;
use serde::Deserialize;

/// A message to one number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// Our own name for it, which the gateway repeats in receipts where it can: at most 64 letters, digits, `-` and `_`.
    pub own_id: String,
    /// To whom, in E.164 with the plus: `+8613800000000`.
    pub to: String,
    /// The words, without the signature. Gateways with templates put them together themselves; the count of parts goes by these.
    pub text: String,
    /// The sender's registered name (签名) without brackets.
    pub signature: Option<String>,
    /// The template and what fills it; the public clouds need one.
    pub template: Option<Template>,
}

/// A text that was registered at the gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// The gateway's name for it.
    pub code: String,
    /// Name and value of each place, in the order of the places: some gateways know them by name, others by order.
    pub params: Vec<(String, String)>,
}

impl Outgoing {
    /// The words as they are shown: the signature in its brackets before the text.
    pub fn whole(&self) -> String {
        match self.signature.as_deref() {
            Some(signature) if !signature.is_empty() => format!("【{signature}】{}", self.text),
            _ => self.text.clone(),
        }
    }

    /// The digits of the number.
    pub(crate) fn digits(&self) -> Result<&str, SendError> {
        let refused = || refused("number", "the number is not written as E.164 has it");
        let digits = self.to.strip_prefix('+').ok_or_else(refused)?;
        let fits = (8..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
        if fits { Ok(digits) } else { Err(refused()) }
    }

    /// The number as it is dialled within mainland China, or all its digits where it belongs elsewhere.
    pub(crate) fn dialled(&self) -> Result<&str, SendError> {
        let digits = self.digits()?;
        Ok(digits.strip_prefix("86").filter(|rest| rest.len() == 11 && rest.starts_with('1')).unwrap_or(digits))
    }

    /// The number as a gateway wants it.
    pub(crate) fn numbered(&self, number: Number) -> Result<&str, SendError> {
        match number {
            Number::Mainland => self.dialled(),
            Number::Digits => self.digits(),
            Number::E164 => self.digits().map(|_| self.to.as_str()),
        }
    }

    pub(crate) fn template(&self) -> Result<&Template, SendError> {
        self.template.as_ref().ok_or_else(|| refused("template", "this gateway sends registered templates only"))
    }
}

/// How a number is written.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Number {
    /// As it is dialled in mainland China; those of other places with all digits.
    #[default]
    Mainland,
    /// All digits, without the plus.
    Digits,
    /// With the plus.
    E164,
}

/// What we refuse ourselves, before anybody is called.
pub(crate) fn refused(code: &str, text: &str) -> SendError {
    SendError::Refused { code: code.to_owned(), text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_in_one_form_only() {
        let dialled = |to: &str| Outgoing { to: to.to_owned(), ..Outgoing::default() }.dialled().map(str::to_owned);
        assert_eq!(dialled("+8613800000000").unwrap(), "13800000000");
        assert_eq!(dialled("+85251234567").unwrap(), "85251234567");
        for wrong in
            ["13800000000", "+861380000000x", "+", "+0138000000", "+8613800000000&PhoneNumbers=1", "+1234567890123456", "＋8613800000000"]
        {
            assert!(matches!(dialled(wrong), Err(SendError::Refused { .. })), "{wrong}");
        }
    }
}
