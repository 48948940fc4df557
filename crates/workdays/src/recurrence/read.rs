//! From what people write (“每月25日，遇节假日顺延”) to a recurrence.

use super::{Every, Moved, Recurrence};

impl Recurrence {
    /// Reads what people write: “每周三”, “每两周的周五”, “每月25日”, “每月最后一个工作日”, “每季度首月10日”, “每年3月15日，遇节假日顺延”.
    /// Nothing where it cannot be understood.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
        let mut eye = Eye { text: &text, at: 0 };
        let mut interval = 1;
        if eye.eat("隔") {
            interval = 2;
        } else if eye.eat("每") {
            let mut ahead = eye;
            if let Some(n) = ahead.number() {
                (interval, eye) = (n, ahead);
            }
            eye.eat("个");
        } else {
            return None;
        }
        let mut read = Self { every: Every::Week, interval, day: None, month: None, moved: Moved::Before };
        if eye.eat("周") || eye.eat("星期") || eye.eat("礼拜") {
            eye.eat("的");
            let _ = eye.eat("周") || eye.eat("星期") || eye.eat("礼拜");
            read.day = Some(eye.weekday()?);
        } else if eye.eat("月") {
            read.every = Every::Month;
            read.day = eye.day()?;
        } else if eye.eat("季度") || eye.eat("季") {
            read.every = Every::Quarter;
            eye.eat("的");
            read.month = Some(eye.month_of_quarter()?);
            read.day = eye.day()?;
        } else if eye.eat("年") {
            read.every = Every::Year;
            eye.eat("的");
            let mut ahead = eye;
            read.month = match ahead.number().filter(|_| ahead.eat("月")) {
                Some(month) => {
                    eye = ahead;
                    Some(u8::try_from(month).ok()?)
                }
                None => Some(12),
            };
            read.day = eye.day()?;
        } else {
            return None;
        }
        eye.end(&mut read)?;
        read.checked().ok()
    }
}

/// A place in a text that eats words.
#[derive(Clone, Copy)]
struct Eye<'t> {
    text: &'t [char],
    at: usize,
}

impl Eye<'_> {
    fn eat(&mut self, word: &str) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let found = word.chars().count() <= rest.len() && word.chars().zip(rest).all(|(a, b)| a == *b);
        if found {
            self.at += word.chars().count();
        }
        found
    }

    /// 1 to 99, in digits or as people write them.
    fn number(&mut self) -> Option<u16> {
        let (mut value, mut tens, mut seen) = (0_u16, None, false);
        while let Some(c) = self.text.get(self.at) {
            let digit = match c {
                '0'..='9' | '０'..='９' => {
                    let digit = u16::try_from(u32::from(*c) & 0xf).ok()?;
                    value = value.checked_mul(10)?.checked_add(digit)?;
                    (seen, self.at) = (true, self.at + 1);
                    continue;
                }
                '十' => {
                    tens = Some(value.max(1));
                    value = 0;
                    (seen, self.at) = (true, self.at + 1);
                    continue;
                }
                '一' => 1,
                '二' | '两' => 2,
                '三' => 3,
                '四' => 4,
                '五' => 5,
                '六' => 6,
                '七' => 7,
                '八' => 8,
                '九' => 9,
                _ => break,
            };
            value = digit;
            (seen, self.at) = (true, self.at + 1);
        }
        let value = tens.unwrap_or(0).checked_mul(10)?.checked_add(value)?;
        (seen && (1..=99).contains(&value)).then_some(value)
    }

    fn weekday(&mut self) -> Option<u8> {
        if self.eat("日") || self.eat("天") {
            return Some(7);
        }
        u8::try_from(self.number()?).ok().filter(|day| *day <= 7)
    }

    fn month_of_quarter(&mut self) -> Option<u8> {
        if self.eat("首月") || self.eat("首个月") || self.eat("初月") {
            return Some(1);
        }
        if self.eat("末月") || self.eat("最后一个月") {
            return Some(3);
        }
        let mut ahead = *self;
        if ahead.eat("第") {
            let month = u8::try_from(ahead.number()?).ok()?;
            ahead.eat("个");
            if !ahead.eat("月") {
                return None;
            }
            *self = ahead;
            return Some(month);
        }
        // 季度末, and the last working day of the quarter.
        Some(3)
    }

    /// The day of a month, or `None` inside for its last working day.
    #[expect(clippy::option_option, reason = "not understood is not the same as the last working day")]
    fn day(&mut self) -> Option<Option<u8>> {
        let _ = self.eat("的") || self.eat("中的");
        if self.eat("最后一个工作日") || self.eat("最后1个工作日") || self.eat("末") || self.eat("底") {
            return Some(None);
        }
        if self.eat("最后一天") {
            return Some(Some(31));
        }
        let day = u8::try_from(self.number()?).ok()?;
        (self.eat("日") || self.eat("号")).then_some(Some(day))
    }

    /// Nothing more, but what is to become of days off.
    fn end(mut self, read: &mut Recurrence) -> Option<()> {
        let _ = self.eat("前");
        let _ = self.eat("，") || self.eat(",") || self.eat("；") || self.eat("、");
        let _ = self.eat("(") || self.eat("（");
        if self.eat("遇") {
            let _ = self.eat("非工作日") || self.eat("法定节假日") || self.eat("节假日") || self.eat("假日") || self.eat("休息日");
            let _ = self.eat("则") || self.eat("时");
            read.moved = if self.eat("提前") {
                Moved::Before
            } else if self.eat("顺延") || self.eat("推迟") || self.eat("延后") {
                Moved::After
            } else if self.eat("不变") || self.eat("不调整") {
                Moved::Stays
            } else {
                return None;
            };
        }
        let _ = self.eat(")") || self.eat("）");
        let _ = self.eat("。");
        (self.at == self.text.len()).then_some(())
    }
}
