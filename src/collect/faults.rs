//! The meaning of an error code for the run, and its remedy.

use crate::text::{Message, collect as say};

/// Menus of the admin console, which is in Chinese only.
const CORP_MENU: &str = "我的企业 → 企业信息";
const IP_MENU: &str = "企业可信IP";
const APPS_MENU: &str = "客户联系 → 客户 → API → 可调用接口的应用";

/// The meaning of an answer for the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Answered.
    None,
    /// The service is busy, or limits requests: try again, slower.
    Busy,
    /// The service failed: try again.
    Again,
    /// The token is not valid any more: fetch another one.
    Token,
    /// No request of this app will do better: stop.
    Stop,
    /// The answer to this request, which is kept as evidence.
    Final,
}

/// Returns the meaning of an error code.
pub fn fault_of(errcode: i64) -> Fault {
    match errcode {
        0 => Fault::None,
        -1 => Fault::Again,
        45009 | 45033 => Fault::Busy,
        40014 | 42001 | 41001 => Fault::Token,
        40001 | 40013 | 41002 | 41004 | 60020 => Fault::Stop,
        _ => Fault::Final,
    }
}

/// Returns what to do about an error code; `ip` is the address that the service saw, if it says so.
pub fn remedy(errcode: i64, errmsg: &str) -> Message {
    match errcode {
        40001 => say::REMEDY_SECRET.into(),
        40013 => say::remedy_corp_id(CORP_MENU),
        41002 | 41004 => say::REMEDY_EMPTY.into(),
        60020 => say::remedy_ip(ip_of(errmsg).unwrap_or("?"), IP_MENU),
        48002 | 48001 => say::remedy_permission(APPS_MENU),
        60111 | 40003 => say::REMEDY_NO_MEMBER.into(),
        84061 => say::REMEDY_NO_RELATION.into(),
        60011 | 60003 => say::REMEDY_VISIBLE.into(),
        45009 | 45033 => say::REMEDY_LIMIT.into(),
        -1 => say::REMEDY_BUSY.into(),
        _ => say::REMEDY_OTHER.into(),
    }
}

/// Finds the address in `from ip: 1.2.3.4`.
fn ip_of(errmsg: &str) -> Option<&str> {
    let (_, after) = errmsg.split_once("from ip:")?;
    let ip = after.trim_start().split([',', ' ']).next()?;
    ip.chars().all(|letter| letter.is_ascii_hexdigit() || ".:".contains(letter)).then_some(ip)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Lang;

    #[test]
    fn the_address_to_trust_is_named() {
        let errmsg = "not allow to access from your ip, hint: [1], from ip: 203.0.113.7, more info at https://x";
        assert!(remedy(60020, errmsg).tell(Lang::En).contains("203.0.113.7"));
        assert!(remedy(60020, "not allow").tell(Lang::En).contains('?'));
    }
}
