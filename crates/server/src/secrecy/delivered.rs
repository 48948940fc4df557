//! The list the program is delivered with.

/// As classified papers bear them.
pub(super) const MARKS: &str = "绝密★、机密★、秘密★、密级绝密、密级机密、密级秘密";

/// As they often stand in such papers.
pub(super) const WORDS: &str = "绝密、机密、秘密级、绝密级、机密级、秘密文件、工作秘密、密级、密件、密码电报、保密期限、解密时间、解密日期、解密条件、\
    定密依据、份号、内部资料 注意保存、内部文件 注意保存、注意保密、不得外传、严禁外传、请勿外传、阅后销毁、阅后收回、\
    仅供内部、仅限内部、此件发至";

/// In these, they mean something else.
pub(super) const HARMLESS: &str = "商业机密、商业秘密、个人机密、机密性、机密计算、加密级、密级别、无密级、密级无、密级公开、加密件、密件抄送、\
    身份号、月份号、一份号、部份号、份号召、年份号";
