//! Names of customers, ids of customers, and account names: each distinct by construction, so that no two are equal by
//! chance.

use super::rng::{SeededDice, mix};

const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎\
    余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文";
const GIVEN: &str = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国春梅志海波鹏宇浩轩梓涵欣怡子墨雨晨佳琪思诗语嘉诚俊豪泽博雅婷雪倩晓东光辉永健世\
    成立新凤云飞小燕洁莹琳素珍莉丹萍青松亮凯旋龙吉祥瑞庆安宁福贵长顺德仁义礼信忠良才振兴家业荣昌茂盛鑫淼森炎垚晶品若曦梦瑶紫菲可馨依诺一冰心\
    天昊辰皓然睿哲翔宏图展程锦绣山河川岚峰岩石林楠桐柏杉槐榆柳枫荷莲菊蕾芸薇茜蓉芷萱菁荟芝茵茹萌蓝葵碧翠彤朱绯赫曼妮娅媛婉妍妙姗姝娴婕嫣";
const EMOJI: &[&str] = &["🌸", "😊", "🍀", "☀️", "🐱", "💪", "🏠", "✨"];
const PINYIN: &[&str] =
    &["zhangsan", "lina", "wangfang", "liuyang", "chenjie", "yangxue", "zhaolei", "huangmin", "zhouqiang", "wujing"];
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The pools of syllables, split once.
#[derive(Debug)]
pub struct CustomerNames {
    surnames: Vec<char>,
    given: Vec<char>,
    dice: SeededDice,
}

impl CustomerNames {
    pub fn new(dice: SeededDice) -> Self {
        Self { surnames: SURNAMES.chars().collect(), given: GIVEN.chars().collect(), dice }
    }

    /// Returns the name of the `number`th customer, no other customer's: syllables permuted over about four million, a
    /// number behind them where there are more customers than that, and now and then an emoji.
    pub fn customer(&self, number: u64) -> String {
        let (surnames, given) = (self.surnames.len() as u64, self.given.len() as u64);
        let pool = surnames * given * given;
        // A prime above every factor of the pool: multiplying by it permutes.
        let place = ((number % pool) * 1_000_003 + self.dice.of("names", 0).below(pool)) % pool;
        let (surname, place) = (self.surnames[(place % surnames) as usize], place / surnames);
        let given_name = |at: u64| self.given[at as usize];
        let mut name = String::from_iter([surname, given_name(place % given), given_name(place / given)]);
        if number >= pool {
            name.push_str(&(number / pool + 1).to_string());
        }
        let emoji = self.dice.of("emoji", number);
        if emoji.chance(800) {
            name.push_str(emoji.of("which", 0).pick(EMOJI));
        }
        name
    }
}

/// Returns an id of 32 characters: kind, the corp's 8, then 22 that only `number` has under `key`.
pub fn external_id(kind: &str, corp: &str, key: u64, number: u64) -> String {
    format!("{kind}{corp}{}", random(key, number))
}

/// Returns a unionid of 28 characters in the namespace of `key`.
pub fn unionid(namespace: &str, key: u64, number: u64) -> String {
    format!("o{namespace}{}", random(key, number))
}

/// `length` characters of an id, for corp codes and namespaces.
pub fn code(dice: SeededDice, length: u32) -> String {
    letters(dice.bits(), length)
}

/// 22 characters; the first 11 hold all 64 bits of a bijection of `number`.
fn random(key: u64, number: u64) -> String {
    let first = mix(number ^ key);
    letters(first, 11) + &letters(mix(first ^ key.rotate_left(32)), 11)
}

/// At most 11 letters, of 6 bits each.
fn letters(bits: u64, length: u32) -> String {
    (0..length).map(|place| char::from(ALPHABET[(bits >> (6 * place) & 63) as usize])).collect()
}

/// Returns the userid of the `number`th account of the source corp: pinyin in both letter cases, numbers with leading
/// zeros. No two differ in case only: the service ignores it.
pub fn source_userid(dice: SeededDice, number: usize) -> String {
    let name = PINYIN[dice.of("pinyin", number as u64).below(PINYIN.len() as u64) as usize];
    let pair = PINYIN[number / 6 % PINYIN.len()];
    match number % 6 {
        0 => format!("{:05}", 123 + number),
        1 => format!("{}{}", capitalised(pair), number / 6),
        2 => format!("{pair}.{}", number / 6),
        3 => format!("{name}_{number}"),
        4 => format!("{}.{name}", number + 7),
        _ => format!("{}-{number}", capitalised(name)),
    }
}

/// Returns the userid of the `number`th account of the target corp, none of the source corp's.
pub fn target_userid(dice: SeededDice, number: usize) -> String {
    let name = PINYIN[dice.of("target pinyin", number as u64).below(PINYIN.len() as u64) as usize];
    match number % 4 {
        0 => format!("0{:07}", 60_000 + number),
        1 => format!("bh_{name}{number}"),
        2 => format!("{}@{number}", capitalised(name)),
        _ => format!("BH{number}{name}"),
    }
}

fn capitalised(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_uppercase() + rest
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_and_ids_are_distinct() {
        let names = CustomerNames::new(SeededDice::new(5));
        let pool = (SURNAMES.chars().count() * GIVEN.chars().count().pow(2)) as u64;
        let numbers: Vec<u64> = (0..50_000).chain(pool - 10..pool + 10).collect();
        let distinct: HashSet<String> = numbers.iter().map(|n| names.customer(*n)).collect();
        assert_eq!(distinct.len(), numbers.len());
        let ids: HashSet<String> = numbers.iter().map(|n| external_id("wm", "AbCdEfGh", 9, *n)).collect();
        assert_eq!(ids.len(), numbers.len());
        assert!(ids.iter().all(|id| id.len() == 32));
        assert_eq!(unionid("a1b2c", 3, 4).len(), 28);
    }

    #[test]
    fn userids_are_distinct() {
        let dice = SeededDice::new(2);
        let all: HashSet<String> = (0..20_000)
            .flat_map(|n| [source_userid(dice, n), target_userid(dice, n)])
            .map(|userid| userid.to_lowercase())
            .collect();
        assert_eq!(all.len(), 40_000);
    }

    #[test]
    fn syllables_do_not_repeat() {
        for pool in [SURNAMES, GIVEN] {
            let distinct: HashSet<char> = pool.chars().collect();
            assert_eq!(distinct.len(), pool.chars().count());
        }
    }
}
